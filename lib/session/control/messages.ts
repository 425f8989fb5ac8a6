import * as z from "zod/mini";
import type { SessionEvent } from "../../protocol/events.ts";
import { ToolFailure, toWireError, UserError } from "../../support/errors.ts";
import { TaskMoves } from "./task_moves.ts";

/** Codes of JSON-RPC 2.0, and ours from -32000 down. */
export const RPC = {
  parseError: -32700,
  invalidRequest: -32600,
  unknownMethod: -32601,
  invalidParams: -32602,
  /** The operation was refused; `data` says why. */
  failed: -32000,
  /** A wrong token, or a version that is not spoken here. */
  refused: -32001,
  /** The host, or the task, is about to leave: what is asked is to be asked of another. */
  leaving: -32002,
} as const;

/** A request of a client. */
export const request = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.int(),
  method: z.string(),
  params: z.optional(z.unknown()),
});

const errorData = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.optional(z.string()),
  /** Of a {@linkcode UserError}. */
  exit_code: z.optional(z.int()),
});

const rpcError = z.object({ code: z.int(), message: z.string(), data: z.optional(errorData) });

/** What a server sends: an answer, or an event that a request asked for. */
export const fromServer = z.union([
  z.object({ id: z.nullable(z.int()), error: rpcError }),
  z.object({ id: z.int(), result: z.unknown() }),
  z.object({ method: z.literal("event"), params: z.object({ request: z.int(), event: z.unknown() }) }),
]);

/** What {@linkcode fromServer} yields. */
export type FromServer = z.infer<typeof fromServer>;
/** An error as it travels. */
export type RpcError = z.infer<typeof rpcError>;

/** A request, as a line. */
export function requestLine(id: number, method: string, params: unknown): string {
  return line({ id, method, params });
}

/** The answer to a request, as a line. */
export function resultLine(id: number, result: unknown): string {
  return line({ id, result: result ?? null });
}

/** A refusal, as a line; `id` null where the request could not be read. */
export function errorLine(id: number | null, error: RpcError): string {
  return line({ id, error });
}

/** An event for the request that follows, as a line. */
export function eventLine(id: number, event: SessionEvent): string {
  return line({ method: "event", params: { request: id, event } });
}

/** A request of more bytes than a host takes. */
export function tooLong(mostBytes: number): UserError {
  return new UserError(`Cannot take the request: it has more than ${mostBytes} bytes`, {
    hint: "Name a file that the agent can read, instead of giving it the text",
    exitCode: EXIT_USAGE,
  });
}

/** Contract §4. */
const EXIT_USAGE = 2;

/** Anything thrown, as it travels. */
export function toRpcError(thrown: unknown): RpcError {
  if (thrown instanceof TaskMoves) return { code: RPC.leaving, message: thrown.message };
  const data = toWireError(thrown);
  const exit = thrown instanceof UserError ? { exit_code: thrown.exitCode } : {};
  return { code: RPC.failed, message: data.message, data: { ...data, ...exit } };
}

/** The error that {@linkcode toRpcError} was given, for people and programs. */
export function fromRpcError({ code, message, data }: RpcError): Error {
  const hint = data?.hint === undefined ? {} : { hint: data.hint };
  if (data?.exit_code !== undefined) {
    return new UserError(data.message, { ...hint, exitCode: data.exit_code });
  }
  if (data !== undefined) return new ToolFailure(data.code, data.message, hint);
  return new Error(`${message} (${code})`);
}

function line(message: object): string {
  return JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n";
}
