import { join } from "node:path";
import * as z from "zod/mini";
import { readIfThere } from "../config/read_file.ts";
import { writeAtomically } from "../config/write.ts";
import { APIS, type Lessons, QUIRKS } from "../protocol/dialect.ts";

const lessons = z.object({
  api: z.enum(APIS),
  limitField: z.string(),
  refused: z.array(z.string()),
  quirks: z.array(z.enum(QUIRKS)),
  maxOutput: z.nullable(z.number()),
  /** When it was learned, in milliseconds since the epoch. */
  at: z.number(),
});

const file = z.object({ version: z.literal(1), models: z.record(z.string(), lessons) });

type Models = z.output<typeof file>["models"];

/** What servers' refusals taught of how their models want to be asked, kept between runs. */
export interface DialectBook {
  /** What is known of a model at this base URL; null: nothing. */
  of(baseUrl: string | null, model: string): Lessons | null;
  /** Something was learned. */
  learn(baseUrl: string, model: string, learned: Lessons): void;
}

/** So long a lesson is believed before the server is tried anew, in ms: servers are mended too. */
const BELIEVED_MS = 14 * 86_400_000;

/** Keeps it in `run/dialects.json` of `home`; what cannot be read or written counts as not there. */
export function fileDialectBook(home: string, now: () => number): DialectBook {
  const path = join(home, "run", "dialects.json");
  let known: Models | null = null; // read when it is first asked for
  return {
    of(baseUrl, model) {
      known ??= read(path, now());
      const found = known[idOf(baseUrl ?? "", model)];
      if (found === undefined) return null;
      const { at: _at, ...learned } = found;
      return learned;
    },
    learn(baseUrl, model, learned) {
      const { api, limitField, refused, quirks, maxOutput } = learned;
      const entry = { api, limitField, refused: [...refused], quirks: [...quirks], maxOutput, at: now() };
      known = { ...read(path, now()), ...known, [idOf(baseUrl, model)]: entry };
      try {
        writeAtomically(path, JSON.stringify({ version: 1, models: known }));
      } catch {
        // A home that cannot be written to costs the same refusal in the next run.
      }
    },
  };
}

function read(path: string, now: number): Models {
  try {
    const { models } = file.parse(JSON.parse(readIfThere(path) ?? ""));
    return Object.fromEntries(
      Object.entries(models).filter(([, { at }]) => Math.abs(now - at) < BELIEVED_MS),
    );
  } catch {
    return {}; // absent or damaged: the servers will say it again
  }
}

function idOf(baseUrl: string, model: string): string {
  return `${baseUrl} ${model}`;
}
