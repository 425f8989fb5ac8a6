import { byAgentOrProgram } from "../session/by_agent.ts";
import { UserError } from "../support/errors.ts";
import { EXIT } from "./exit_codes.ts";
import type { Io } from "./io.ts";

/** What decides about agents, or about what they are kept from, as the words behind `hermes`. */
const ONLY_PEOPLE: ReadonlySet<string> = new Set([
  "approve",
  "deny",
  "config init",
  "config set",
  "config unset",
  "auth add",
  "auth remove",
  "auth reset",
  "mcp add",
  "mcp remove",
  "sessions rm",
  "update",
]);

/** The part of a command of commander that says which one it is and how it was called. */
interface Called {
  readonly parent: Called | null;
  name(): string;
  opts(): Readonly<Record<string, unknown>>;
}

/** Throws a {@linkcode UserError} when an agent's command calls what only people may. */
export function refuseAgents({ env }: Pick<Io, "env">, called: Called): void {
  const words = wordsOf(called);
  const what = ONLY_PEOPLE.has(words) ? words : called.opts()["yolo"] === true ? `${words} --yolo` : null;
  if (what === null) return;
  const agent = byAgentOrProgram(env);
  if (agent === null) return;
  throw new UserError(`Cannot ${what}: this is ${agent}, and agents do not decide what agents may do`, {
    hint: "Do it in a shell that no agent started",
    exitCode: EXIT.failed,
  });
}

function wordsOf(called: Called): string {
  if (called.parent === null) return ""; // the program itself
  return `${wordsOf(called.parent)} ${called.name()}`.trim();
}
