import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { systemClock } from "../../lib/support/clock.ts";
import { ToolFailure } from "../../lib/support/errors.ts";
import { createRedactor } from "../../lib/support/redact.ts";
import { dispatch } from "../../lib/tools/dispatch.ts";
import { Toolbox } from "../../lib/tools/toolbox.ts";
import { createShell } from "../../lib/tools/terminal/shell.ts";
import type { ToolContext } from "../../lib/tools/tool.ts";

/** A directory of its own and a context in it, whose evidence is kept as it came. */
export interface Workplace extends Disposable {
  readonly dir: string;
  readonly context: ToolContext;
  readonly evidence: unknown[][];
  /** Makes a file and its directories; gives the absolute path. */
  file(path: string, content: string | Uint8Array): string;
  text(path: string): string;
  /** The result of a call with the tool granted, parsed where it is JSON. Throws what the model reads of a failure. */
  call(tool: string, args: unknown): Promise<unknown>;
  /** What the model reads of a call that must fail. */
  failure(tool: string, args: unknown): Promise<ReadFailure>;
}

/** A failure as a model reads it. */
export interface ReadFailure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export function workplace(given: Partial<ToolContext> = {}): Workplace {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "hermes-tools-")));
  const evidence: unknown[][] = [];
  const context = { ...contextIn(dir, evidence), ...given };
  const attempt = (name: string, args: unknown) =>
    dispatch({ id: "c1", name, arguments: JSON.stringify(args) }, new Toolbox([name]), context);
  return {
    dir,
    context,
    evidence,
    file(path, content) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), content);
      return join(dir, path);
    },
    text: (path) => readFileSync(join(dir, path), "utf8"),
    async call(name, args) {
      const outcome = await attempt(name, args);
      if (!outcome.ok) throw (parsed(outcome.content) as { error: ReadFailure }).error; // by the contract of dispatch
      return parsed(outcome.content);
    },
    async failure(name, args) {
      const outcome = await attempt(name, args);
      assert.equal(outcome.ok, false, outcome.content);
      return (parsed(outcome.content) as { error: ReadFailure }).error; // by the contract of dispatch
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

function contextIn(dir: string, evidence: unknown[][]): ToolContext {
  const record = (kind: string) => (...what: unknown[]) => void evidence.push([kind, ...what]);
  return {
    cwd: dir,
    signal: new AbortController().signal,
    shell: createShell({
      outputBytes: 50_000,
      env: process.env,
      secrets: [],
      redactor: createRedactor([]),
      spillDir: join(dir, "spill"),
      marks: { sessionId: "s00000", hostId: "h00000", taskId: null },
      graceMs: 100,
      clock: systemClock,
    }),
    terminal: { timeoutS: 30, maxTimeoutS: 60 },
    filesSeen: new Map(),
    secretPaths: [],
    approve: () => Promise.resolve(),
    redact: (text) => text,
    evidence: {
      fileWritten: record("fileWritten"),
      command: record("command"),
      url: record("url"),
      denied: record("denied"),
    },
    call: (name) => Promise.reject(new ToolFailure("internal", `nobody answers ${name}`)),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
