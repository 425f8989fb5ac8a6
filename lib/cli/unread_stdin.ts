import type { Io } from "./io.ts";

/** Says once that what is piped into the program is not read; `way` is how it would be. */
export function hintUnread(io: Io, { quiet, way }: { readonly quiet: boolean; readonly way: string }): void {
  if (quiet || !io.stdin.isPiped || io.stdin.isHeld()) return;
  io.stderr.write(`hermes: the piped input is not read; to read it: ${way}\n`);
}
