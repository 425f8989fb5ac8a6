import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Ask } from "./ask.ts";
import type { ChatBody } from "./wire.ts";

/** A model server on loopback that answers nothing by itself: it hands every request to `onAsk`. */
export class ModelServer implements AsyncDisposable {
  readonly baseUrl: string;
  readonly #server: Server;

  private constructor(server: Server) {
    const { port } = server.address() as AddressInfo; // it listens on a TCP port
    this.#server = server;
    this.baseUrl = `http://127.0.0.1:${port}/v1`;
  }

  /** Starts one on a free port. */
  static async start(onAsk: (ask: Ask) => void): Promise<ModelServer> {
    const server = createServer((message, response) => {
      void take(message, response, onAsk);
    });
    server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 });
    await once(server, "listening");
    return new ModelServer(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function take(
  message: IncomingMessage,
  response: ServerResponse,
  onAsk: (ask: Ask) => void,
): Promise<void> {
  const body = await read(message);
  if (message.method === "GET" && message.url?.endsWith("/models")) {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ object: "list", data: [{ id: "scripted-model", object: "model" }] }));
  } else if (message.url?.endsWith("/chat/completions")) {
    onAsk(new Ask(JSON.parse(body) as ChatBody, response)); // each case asserts on what it reads of it
  } else {
    response.writeHead(404).end();
  }
}

async function read(message: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of message) chunks.push(chunk);
  } catch {
    return "{}"; // the client went away in the middle: nobody reads an answer
  }
  return Buffer.concat(chunks).toString("utf8");
}
