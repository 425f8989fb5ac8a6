import type { Io } from "./io.ts";

/** Tells a person once that what is piped into the program is not read; `way` is how it would be. */
export function hintUnread(io: Io, { quiet, way }: { readonly quiet: boolean; readonly way: string }): void {
  if (quiet || !io.stdin.isPiped || !io.stderr.isTerminal) return;
  io.stderr.write(`hermes: standard input is not read; to read it: ${way}\n`);
}
