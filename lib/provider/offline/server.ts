import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, systemClock } from "../../support/clock.ts";
import { messageOf } from "../../support/errors.ts";
import { answerTo } from "./answer.ts";
import { MalformedRequest, readRequest } from "./read_request.ts";
import { MODEL, sendStream, sendWhole } from "./send_answer.ts";

/** The offline model at work. Disposed, it answers no more and keeps no process alive. */
export interface OfflineServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/v1`. */
  readonly baseUrl: string;
}

/** Longer than a chat pauses, so that a client's next request does not meet a connection being closed. */
const KEEP_ALIVE_MS = 600_000;

/**
 * Starts the offline model on a free port of the loopback interface, in the Chat Completions wire format. It keeps
 * nothing between two requests: each conversation is read anew. Waits are measured by `clock`.
 */
export async function startOfflineServer(clock: Clock = systemClock): Promise<OfflineServer> {
  const stop = new AbortController();
  const server = createServer((message, response) => void serve({ message, response, clock }, stop.signal));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    async [Symbol.asyncDispose]() {
      stop.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly clock: Clock;
}

async function serve(exchange: Exchange, stopped: AbortSignal): Promise<void> {
  const { response } = exchange;
  const left = new AbortController();
  response.once("close", () => left.abort());
  const signal = AbortSignal.any([stopped, left.signal]);
  try {
    await route(exchange, signal);
  } catch (error) {
    if (signal.aborted || response.headersSent) return void response.destroy();
    if (error instanceof MalformedRequest) return sendJson(response, 400, errorBody(error.message));
    sendJson(response, 500, errorBody(messageOf(error)));
  }
}

async function route({ message, response, clock }: Exchange, signal: AbortSignal): Promise<void> {
  const asked = `${message.method} ${(message.url ?? "").split("?")[0]}`;
  if (asked === "GET /v1/models") {
    const data = [{ id: MODEL, object: "model", created: 0, owned_by: "hermes" }];
    return sendJson(response, 200, { object: "list", data });
  }
  if (asked !== "POST /v1/chat/completions") {
    return sendJson(response, 404, errorBody(`Cannot ${asked}: there is no such place`));
  }
  const request = readRequest(await readBody(message));
  const send = request.isStream ? sendStream : sendWhole;
  await send({ request, answer: answerTo(request), response, clock, signal });
}

function errorBody(message: string): object {
  return { error: { message, type: "invalid_request_error", code: null } };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
