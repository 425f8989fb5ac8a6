import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Reply } from "./scripted_reply.ts";

export * from "./scripted_reply.ts";

/** A request body as the Chat Completions wire has it; what is not named here stands in it all the same. */
export interface ChatBody {
  readonly model: string;
  readonly messages: readonly WireMessage[];
  readonly tools?: readonly {
    readonly type: "function";
    readonly function: {
      readonly name: string;
      readonly description?: string;
      readonly parameters?: unknown;
    };
  }[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly [field: string]: unknown;
}

/** One message of a {@linkcode ChatBody}. */
export interface WireMessage {
  readonly role: string;
  readonly content?: string | null;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly type: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
  readonly tool_call_id?: string;
  readonly [field: string]: unknown;
}

/** One request as the server saw it. Times are `performance.now()` of the server's process. */
export interface RecordedRequest {
  /** 0 for the first request of this server. */
  readonly index: number;
  readonly headers: IncomingHttpHeaders;
  /** What of a wire was asked for. */
  readonly operation: "chat/completions" | "responses" | "messages";
  readonly body: ChatBody;
  /** The bytes of the body as they came. */
  readonly raw: string;
  readonly receivedAt: number;
  /** When the answer was complete or the client gone; null while it is being answered. */
  readonly endedAt: number | null;
  /** The client went away before the answer was complete. */
  readonly aborted: boolean;
  /** Resolves once `endedAt` is set. */
  readonly ended: Promise<void>;
}

/** Says how a request is answered. One that throws answers 400 with its message, which no client retries. */
export type Handler = (request: RecordedRequest) => Reply | Promise<Reply>;

/** A model server on loopback whose answers are written by the test. */
export interface ScriptedServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/v1`. */
  readonly baseUrl: string;
  /** All chat requests so far, in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** The first request, past or coming, that fits; rejects after `timeoutMs` (60 s) or when the server is disposed. */
  waitForRequest(
    fits: (request: RecordedRequest) => boolean,
    options?: { timeoutMs?: number },
  ): Promise<RecordedRequest>;
}

/**
 * Starts a server on a free loopback port that answers `POST …/chat/completions` by `handler`, and `POST …/responses` and
 * `POST …/messages` too, whose bodies are those of responses_reply.ts and messages_reply.ts.
 */
export async function startScriptedServer(handler: Handler): Promise<ScriptedServer> {
  const requests: RecordedRequest[] = [];
  const waiters = new Set<Waiter>();
  const streams = new Set<AbortController>();
  const server = createServer((message, response) => {
    void serve(message, response);
  });
  server.keepAliveTimeout = 60_000;

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await readBody(message).catch(() => null);
    if (raw === null) return; // the client went away before it had sent all
    if (message.method === "GET" && message.url?.endsWith("/models")) return listModels(response);
    const operation = OPERATIONS.find((each) => message.url?.endsWith(`/${each}`));
    if (operation === undefined) return void response.writeHead(404).end();
    const request = record(requests.length, message, { operation, raw, response });
    requests.push(request);
    for (const waiter of waiters) waiter.look(request);
    const stream = new AbortController();
    streams.add(stream);
    void request.ended.then(() => {
      streams.delete(stream);
      stream.abort();
    });
    await answer({ request, response, signal: stream.signal }, handler);
  }

  server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one

  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    waitForRequest: (fits, options) =>
      waitFor(requests, waiters, { fits, timeoutMs: options?.timeoutMs ?? PATIENCE_MS }),
    async [Symbol.asyncDispose]() {
      for (const waiter of waiters) waiter.fail("the server was closed");
      for (const stream of streams) stream.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

const OPERATIONS = ["chat/completions", "responses", "messages"] as const;

/** A test that waits longer has failed; a slow machine with much beside it has not. */
const PATIENCE_MS = 60_000;

interface Waiter {
  look(request: RecordedRequest): void;
  fail(why: string): void;
}

function waitFor(
  requests: readonly RecordedRequest[],
  waiters: Set<Waiter>,
  options: { fits: (request: RecordedRequest) => boolean; timeoutMs: number },
): Promise<RecordedRequest> {
  const known = requests.find(options.fits);
  if (known !== undefined) return Promise.resolve(known);
  const { promise, resolve, reject } = Promise.withResolvers<RecordedRequest>();
  const end = () => {
    clearTimeout(timer);
    waiters.delete(waiter);
  };
  const waiter: Waiter = {
    look(request) {
      if (!options.fits(request)) return;
      end();
      resolve(request);
    },
    fail(why) {
      end();
      reject(new Error(`No such request came, of ${requests.length}: ${why}`));
    },
  };
  const timer = setTimeout(() => waiter.fail(`${options.timeoutMs} ms have passed`), options.timeoutMs);
  waiters.add(waiter);
  return promise;
}

function record(
  index: number,
  message: IncomingMessage,
  { operation, raw, response }: Pick<RecordedRequest, "operation" | "raw"> & { response: ServerResponse },
): RecordedRequest {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const request = {
    index,
    headers: message.headers,
    operation,
    body: JSON.parse(raw) as ChatBody, // a test's own client wrote it
    raw,
    receivedAt: performance.now(),
    endedAt: null as number | null, // set below
    aborted: false,
    ended,
  };
  const end = (aborted: boolean) => {
    if (request.endedAt !== null) return;
    request.endedAt = performance.now();
    request.aborted = aborted;
    resolve();
  };
  response.once("finish", () => end(false));
  response.once("close", () => end(!response.writableFinished));
  return request;
}

async function answer(
  exchange: { request: RecordedRequest; response: ServerResponse; signal: AbortSignal },
  handler: Handler,
): Promise<void> {
  const { request, response, signal } = exchange;
  try {
    const reply = await handler(request);
    await reply(exchange);
  } catch (error) {
    if (signal.aborted) return;
    if (response.headersSent) return void response.destroy();
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message: `The test's handler threw: ${error}` } }));
  }
}

function listModels(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(
    JSON.stringify({ object: "list", data: [{ id: "scripted", object: "model", owned_by: "tests" }] }),
  );
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return new TextDecoder().decode(Buffer.concat(chunks));
}
