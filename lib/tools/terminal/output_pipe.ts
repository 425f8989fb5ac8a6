import { spawn } from "node:child_process";
import { closeSync, constants, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipesAreSockets, pipeStream } from "../../support/runtime.ts";

/** A pipe from a command to us. */
export interface OutputPipe {
  /** What the command writes. It is over when nobody has the writing end any more; destroyed, it lets go of the pipe. */
  readonly output: Readable;
  /** For the command; {@linkcode OutputPipe.started} closes ours. */
  readonly writer: number;
  /** To be called when the command has it, or could not start. */
  started(): void;
}

/**
 * A real pipe where the runtime's are none; null where they are, or none is to be had: then a command does with what the
 * runtime gives it. Only a program makes one (mkfifo), whose name is gone as soon as both ends are open.
 */
export async function openOutputPipe(): Promise<OutputPipe | null> {
  if (!pipesAreSockets()) return null;
  const path = join(tmpdir(), `hermes-pipe-${crypto.randomUUID()}`);
  try {
    await make(path);
    return ends(path);
  } catch {
    return null; // no mkfifo, or no place for one
  } finally {
    rmSync(path, { force: true });
  }
}

async function make(path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  spawn("mkfifo", ["-m", "600", path], { stdio: "ignore" }).once("error", reject).once(
    "exit",
    () => resolve(),
  );
  await promise;
}

/** Reading does not block, so that no thread waits; writing does, as commands expect it. */
function ends(path: string): OutputPipe | null {
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stream = pipeStream(reader);
  if (stream === null) return closeSync(reader), null;
  const writer = openSync(path, constants.O_WRONLY);
  const output = Readable.fromWeb(stream);
  output.once("close", () => closeSync(reader)); // the stream has a copy of its own
  return { output, writer, started: () => closeSync(writer) };
}
