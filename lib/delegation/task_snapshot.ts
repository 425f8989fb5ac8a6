import { advance, type TaskEvent, type TaskState } from "../protocol/task_state.ts";
import type { EvidenceView } from "../protocol/task_view.ts";
import type { UsageSum } from "../store/usage.ts";
import { EXIT_CONFIG } from "../config/home.ts";
import { UserError, type WireError } from "../support/errors.ts";
import type { ProgressSnapshot } from "./progress.ts";
import type { SteerSnapshot } from "./steer_box.ts";
import type { TaskSpec } from "./task_spec.ts";

/** All of a task that outlives its process, as plain data. Changed incompatibly, it gets another `version`. */
export interface TaskSnapshot {
  readonly version: 1;
  readonly spec: TaskSpec;
  /** When it was taken, in milliseconds since the epoch; a resumed one has been queued since later. */
  readonly createdAt: number;
  readonly state: TaskState;
  readonly cancelWords: string | null;
  readonly refusal: WireError | null;
  readonly progress: ProgressSnapshot;
  readonly steers: readonly SteerSnapshot[];
  readonly evidence: EvidenceView;
  /** The sessions whose journals have its events; absent in what an earlier program stored: its own one. */
  readonly journals?: readonly string[];
}

/** What was stored as a snapshot. Throws {@linkcode UserError} 78 for one of another version, or what is none. */
export function readSnapshot(body: unknown): TaskSnapshot {
  const snapshot = body as TaskSnapshot | null; // written by this program; the version says by which one
  if (snapshot?.version === 1 && isWhole(snapshot)) return snapshot;
  throw new UserError("Cannot read a stored task: it is damaged, or was written by another version", {
    hint: "Look what is sound: hermes doctor. Or move sessions.db away to begin with an empty one",
    exitCode: EXIT_CONFIG,
  });
}

/** Whether nothing is missing that all of them have: a damaged disk may have changed any letter. */
function isWhole({ spec, state, progress, evidence, steers, createdAt }: TaskSnapshot): boolean {
  if (![spec, state, progress, evidence].every(isThere)) return false;
  const { usage, turn, lastEndedTurn, lastActivityAt, costUsd } = progress;
  const { files_written, commands, urls, denied } = evidence;
  const lists = [steers, spec.after, spec.toolsets, progress.output?.lines, progress.inFlight];
  return [spec.model, spec.limits, evidence.tool_calls, usage].every(isThere) &&
    [...lists, files_written, commands, urls, denied].every(Array.isArray) &&
    [spec.taskId, spec.sessionId, spec.goal, state.status].every((text) => typeof text === "string") &&
    [createdAt, turn, lastEndedTurn, lastActivityAt, evidence.requests, costUsd ?? 0].every(
      Number.isFinite,
    ) &&
    [usage.input, usage.cached, usage.output, usage.reasoning].every(Number.isFinite) &&
    costUsd !== undefined;
}

function isThere(part: unknown): boolean {
  return typeof part === "object" && part !== null;
}

/** The snapshot with what its requests came to: the last of them may have been stored after it. */
export function withUsage(snapshot: TaskSnapshot, { requests, usage, usd }: UsageSum): TaskSnapshot {
  const { progress, evidence } = snapshot;
  if (requests < evidence.requests) return snapshot;
  return {
    ...snapshot,
    progress: { ...progress, usage, costUsd: usd ?? progress.costUsd },
    evidence: { ...evidence, requests },
  };
}

/** The snapshot after an event that came while no process had the task; a final state stays what it is. */
export function advanceSnapshot(snapshot: TaskSnapshot, event: TaskEvent): TaskSnapshot {
  return { ...snapshot, state: advance(snapshot.state, event) };
}
