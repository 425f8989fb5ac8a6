import * as z from "zod/mini";
import type { CollectedTask, SpawnReply, TaskView } from "../../protocol/task_view.ts";
import type { SessionEvent } from "../../protocol/events.ts";
import type { HostKind } from "../../store/store.ts";
import { seconds, taskId, taskRequest } from "../../tools/delegation/task_arguments.ts";

/** Changed incompatibly, the protocol gets another number; a client says the one that it speaks. */
export const PROTOCOL = 2;

const cap = z.nullable(z.number().check(z.gte(0)));

/** Where and with what a task that the shell delegates works. */
export const taskPlace = z.strictObject({
  /** Absolute. */
  cwd: z.string(),
  /** Of its commands; without secrets. */
  env: z.record(z.string(), z.string()),
  /** The rest of the environment: keys for its requests, which stay in the memory of the host. */
  secrets: z.record(z.string(), z.string()),
  /** Unless a rule says otherwise. */
  model: z.strictObject({ provider: z.string(), model: z.string(), reasoningEffort: z.nullable(z.string()) }),
  toolsets: z.array(z.string()),
  /** What all tasks of the command may use together; those of one command have the same id. */
  command: z.strictObject({
    id: z.string(),
    caps: z.strictObject({ usd: cap, tokens: cap, requests: cap }),
    /** The cap in US dollars was asked for: only models with a price can keep to it. */
    needsPrice: z.optional(z.literal(true)),
  }),
  /** Nothing that the task does asks first. */
  yolo: z.boolean(),
});

/** What {@linkcode taskPlace} yields. */
export type TaskPlace = z.infer<typeof taskPlace>;

/** What each method takes. */
export const PARAMS = {
  /** First on each connection. */
  hello: z.strictObject({ token: z.string(), protocol: z.int() }),
  ping: z.strictObject({}),
  /** A delegation tool as the user's own call; claims nothing. */
  call: z.strictObject({
    tool: z.enum(["check_task", "steer_task", "collect_task", "cancel_task", "list_tasks"]),
    args: z.record(z.string(), z.unknown()),
  }),
  /** Waits until a task is over, was interrupted or, if that is wanted, asks; null: no limit. */
  collect: z.strictObject({ task_id: taskId, timeout_s: z.nullable(seconds), ends_at_question: z.boolean() }),
  /** Answers what a task, or the agent of a session, asks to be allowed. */
  approval: z.strictObject({
    id: z.string(),
    allow: z.boolean(),
    scope: z.enum(["once", "task", "session"]),
  }),
  /** A shell task's result was printed. */
  deliver: z.strictObject({ task_id: taskId }),
  /** Takes a task in as soon as there is room for it. */
  delegate: z.strictObject({ request: taskRequest, place: taskPlace }),
  /** The journalled events after `since`, then all as they come, until the task is over; null: until the client goes. */
  follow: z.strictObject({
    task_id: z.nullable(taskId),
    since: z.int().check(z.gte(0)),
    /** What the task says comes as well, as it says it. */
    text: z.optional(z.boolean()),
  }),
  /** Lets interrupted tasks go on in this host. */
  resume: z.strictObject({
    task_ids: z.array(taskId).check(z.minLength(1)),
    /** Of their commands, and the rest of it; only the detached host heeds them. */
    env: taskPlace.shape.env,
    secrets: taskPlace.shape.secrets,
  }),
  /** Brings the tasks of a session to a halt and forgets them: the process that has the session open goes on with them. */
  release: z.strictObject({ session_id: z.string() }),
} as const;

/** The name of a method. */
export type Method = keyof typeof PARAMS;
/** What a method takes. */
export type Params<Name extends Method> = z.infer<typeof PARAMS[Name]>;

/** Who answers. */
export interface HostIdentity {
  readonly host_id: string;
  readonly session_id: string;
  readonly kind: HostKind;
  readonly pid: number;
}

/** What was answered. */
export interface ApprovalReply {
  readonly ok: true;
  /** Null: the session's own agent asked. */
  readonly task_id: string | null;
  readonly what: string;
  readonly allowed: boolean;
  readonly scope: Params<"approval">["scope"];
}

/** What each method answers. */
export interface Results {
  hello: { readonly protocol: number; readonly version: string };
  ping: HostIdentity;
  /** The reply of the tool. */
  call: unknown;
  collect: CollectedTask;
  approval: ApprovalReply;
  deliver: { readonly delivered: boolean };
  delegate: SpawnReply;
  /** How the task stands after the last event. */
  follow: { readonly task: TaskView };
  resume: { readonly tasks: readonly TaskView[] };
  /** Those that were not over. */
  release: { readonly task_ids: readonly string[] };
}

/** What a method has of the client that asked. */
export interface Visit {
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  /** Sends an event; only `follow` has any. */
  tell(event: SessionEvent): void;
}

/** Answers each method; `hello` is the server's own. A rejection is told to the client. */
export type Handlers = {
  readonly [Name in Exclude<Method, "hello">]: (
    params: Params<Name>,
    visit: Visit,
  ) => Results[Name] | Promise<Results[Name]>;
};
