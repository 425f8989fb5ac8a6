import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import process from "node:process";
import { signalled } from "../tools/terminal/end_processes.ts";

/** What a call of git came to: what it printed, that it has nothing to say here, or that it was given up. */
export type GitReply = { readonly printed: string } | "nothing" | "too_much" | "ended";

/** The most that git may print, in bytes. */
const MAX_BYTES = 4_000_000;

/**
 * Asks git in a directory. It and whatever it has started are killed when the signal aborts. A repository can name
 * programs for git to run: they find no keys, and the monitor of its files is not started.
 */
export function runGit(cwd: string, args: readonly string[], signal: AbortSignal): Promise<GitReply> {
  if (signal.aborted) return Promise.resolve("ended");
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0" };
  const safe = ["-c", "core.fsmonitor=false", ...args];
  const { promise, resolve } = Promise.withResolvers<GitReply>();
  const git = spawn("git", safe, { cwd, env, detached: true, stdio: ["ignore", "pipe", "ignore"] });
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const giveUp = (reply: GitReply) => {
    if (git.pid !== undefined) signalled(-git.pid, "SIGKILL");
    git.stdout.destroy();
    resolve(reply);
  };
  const onAbort = () => giveUp("ended");
  signal.addEventListener("abort", onAbort, { once: true });
  git.stdout.on("data", (piece: Uint8Array) => {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > MAX_BYTES) giveUp("too_much");
  });
  git.on("error", () => resolve("nothing"));
  git.on("close", (code) => resolve(code === 0 ? { printed: textOf(pieces) } : "nothing"));
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}

function textOf(pieces: readonly Uint8Array[]): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(pieces));
}
