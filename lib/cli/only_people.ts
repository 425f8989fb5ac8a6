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

/** Rejects with a {@linkcode UserError} when an agent's command calls what only people may. */
export async function refuseAgents({ env }: Pick<Io, "env">, called: Called): Promise<void> {
  const what = onlyPeoples(called);
  if (what === null) return;
  const { byAgentOrProgram } = await import("../session/by_agent.ts"); // load on use
  const agent = byAgentOrProgram(env);
  if (agent === null) return;
  throw new UserError(`Cannot ${what}: this is ${agent}, and agents do not decide what agents may do`, {
    hint: "Do it in a shell that no agent started",
    exitCode: EXIT.failed,
  });
}

function onlyPeoples(called: Called): string | null {
  const words = wordsOf(called);
  if (ONLY_PEOPLE.has(words)) return words;
  const { yolo, all } = called.opts();
  if (yolo === true) return `${words} --yolo`;
  return words === "cancel" && all === true ? "cancel --all" : null;
}

function wordsOf(called: Called): string {
  if (called.parent === null) return ""; // the program itself
  return `${wordsOf(called.parent)} ${called.name()}`.trim();
}
