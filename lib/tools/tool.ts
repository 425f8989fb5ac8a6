import type { ZodMiniType } from "zod/mini";
import type { Action } from "./approval/risk.ts";

export type { Toolset } from "../protocol/toolset.ts";

/**
 * One tool: its name, its prose, the schema of its arguments and what it does.
 * It has no state; all it needs comes in the context. What it returns is sent to the model
 * as it is (a string) or as JSON (anything else). It throws {@linkcode ToolFailure} for what the model can mend.
 */
export interface Tool<Args> {
  readonly name: string;
  /** For the model: what it does and when not to use it. From the `.md` file beside the tool. */
  readonly description: string;
  readonly parameters: ZodMiniType<Args>;
  run(args: Args, context: ToolContext): Promise<unknown>;
}

/** What a tool of an agent may touch. One per agent; nothing in it is shared by two agents. */
export interface ToolContext {
  /** Absolute; relative paths of the agent are taken from here. */
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly shell: Shell;
  readonly terminal: TerminalLimits;
  /** What the agent has read, so that a write can be refused when the file changed since. */
  readonly filesSeen: FilesSeen;
  /** Told by the tools themselves; counted into the task's evidence. */
  readonly evidence: EvidenceSink;
  /** Absolute paths of files and directories that hold keys; the file tools stay out of them. */
  readonly secretPaths: readonly string[];
  /** What a tool found here, without secrets; the side that knows the keys does it. */
  readonly redact: (text: string, signal: AbortSignal) => string | Promise<string>;
  /** Before what may need somebody's yes; commands are asked about where they are run. */
  readonly approve: Approve;
  /** For tools that hand work to the parent side: delegation tools, `finish`, `ask_parent`. */
  readonly call: ParentCall;
}

/** Resolves when an action may go on; rejects with {@linkcode ToolFailure} `denied`, or the signal's reason. */
export type Approve = (action: Action, signal: AbortSignal) => Promise<void>;

/** Runs commands as process groups of their own. Lives in the parent. */
export interface Shell {
  /**
   * Resolves when the command and its group are gone, or cut off by `timeoutMs`; rejects with the signal's reason
   * after they were killed.
   */
  run(command: ShellCommand, signal: AbortSignal): Promise<ShellResult>;
}

/** How long a command may run when the model does not say, and at most; seconds, 0 is no limit. */
export interface TerminalLimits {
  readonly timeoutS: number;
  readonly maxTimeoutS: number;
}

/** A command for the user's shell. `timeoutMs` 0 is none. */
export interface ShellCommand {
  readonly command: string;
  readonly cwd: string;
  readonly timeoutMs: number;
}

/** How a command ended. Exactly one of `exitCode` and `killedBy` is not null. */
export interface ShellResult {
  readonly exitCode: number | null;
  readonly killedBy: "timeout" | "signal" | null;
  /** The name of the signal that ended it of itself, SIGSEGV for example; null where none did, or it was ours. */
  readonly signal: string | null;
  /** Both streams as they came, head and tail kept, cut in the middle past the limit. */
  readonly output: string;
  readonly outputBytes: number;
  readonly truncated: boolean;
  /** The file with all of the output; null when it was not cut, or could not be kept. */
  readonly path: string | null;
  /** Bytes at the end of the output that are not in the file, because it may not grow any more. */
  readonly leftOut: number;
  readonly durationMs: number;
}

/** SHA-256 (hex) of each file's content when the agent last read or wrote it, by absolute path. */
export type FilesSeen = Map<string, string>;

/** What the program itself saw a tool do. */
export interface EvidenceSink {
  fileWritten(path: string, bytes: number, sha256: string): void;
  command(command: string, exitCode: number | null): void;
  url(url: string): void;
  denied(what: string, why: string): void;
}

/** A call that the parent side answers; rejects with {@linkcode ToolFailure}. */
export type ParentCall = (name: string, args: unknown, signal: AbortSignal) => Promise<unknown>;
