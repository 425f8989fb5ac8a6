import { readFile } from "node:fs/promises";
import * as z from "zod/mini";
import type { Tool, ToolContext } from "../tool.ts";
import { assertRead, assertUnchanged } from "./assert_fresh.ts";
import { assertNoMarker } from "./assert_no_marker.ts";
import { fileFailure } from "./file_failure.ts";
import { type Fingerprint, scanFile } from "./scan_file.ts";
import { storeFile } from "./store_file.ts";
import { locate, type Target } from "./target.ts";
import prose from "./write_file.md" with { type: "text" };

const parameters = z.strictObject({
  path: z.string().check(z.minLength(1)),
  content: z.string(),
});

type Args = z.infer<typeof parameters>;

/** What was written where. */
export interface Written {
  /** Absolute, symbolic links followed. */
  readonly path: string;
  readonly bytes: number;
  readonly created: boolean;
}

/** Makes a file or replaces all of one that this agent has read. */
export const tool: Tool<Args> = { name: "write_file", description: prose.trim(), parameters, run };

async function run({ path, content }: Args, context: ToolContext): Promise<Written> {
  const target = await locate("write", path, context);
  const replaces = target.mode === null ? null : await assertReplaceable(target, context);
  await assertNoMarker(
    target,
    content,
    () => target.mode === null ? "" : readFile(target.real, { encoding: "utf8", signal: context.signal }),
  );
  const { bytes } = await storeFile(target, { bytes: new TextEncoder().encode(content), replaces }, context);
  return { path: target.real, bytes, created: target.mode === null };
}

/** What it holds, which is what the agent has seen. */
async function assertReplaceable(target: Target, { filesSeen, signal }: ToolContext): Promise<Fingerprint> {
  assertRead(target, filesSeen);
  const now = await scanFile(target.real, signal).catch(async (error) => {
    signal.throwIfAborted();
    throw await fileFailure(target.attempt, error);
  });
  assertUnchanged(target, now, filesSeen);
  return now;
}
