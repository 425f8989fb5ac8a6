import { once } from "node:events";
import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";

/** A proxy on loopback that sends all to one address, whatever host it is asked for. */
export interface ProxyServer extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** What it was asked for, in order: `CONNECT server.test:443`, `POST http://server.test/v1/…`. */
  readonly asked: readonly string[];
  /** The users and passwords it was given, decoded. */
  readonly logins: readonly (string | null)[];
}

/** Starts a proxy for plain requests and tunnels to the port of `target`; with a `refusal` it answers that and no more. */
export async function startProxy(
  target: string,
  { refusal }: { readonly refusal?: string } = {},
): Promise<ProxyServer> {
  const asked: string[] = [];
  const logins: (string | null)[] = [];
  const { port: targetPort } = new URL(target);
  const sockets = new Set<Duplex>();
  const note = ({ method, url, headers }: IncomingMessage) => {
    asked.push(`${method} ${url}`);
    const [, login] = /^Basic (.+)$/.exec(headers["proxy-authorization"] ?? "") ?? [];
    logins.push(login === undefined ? null : atob(login));
  };
  const server = createServer((message, response) => {
    note(message);
    forward(message, response, { targetPort, refusal });
  });
  server.on("connection", (socket) => sockets.add(socket));
  server.on("connect", (message, socket, head) => {
    note(message);
    socket.on("error", () => socket.destroy());
    if (refusal !== undefined) {
      return void socket.end(`HTTP/1.1 ${refusal}\r\ncontent-length: 0\r\n\r\n`);
    }
    const upstream = connect(Number(targetPort), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on("error", () => socket.destroy());
    upstream.on("close", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  return {
    host: `127.0.0.1:${port}`,
    asked,
    logins,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function forward(
  message: IncomingMessage,
  response: ServerResponse,
  { targetPort, refusal }: { readonly targetPort: string; readonly refusal: string | undefined },
): void {
  if (refusal !== undefined) {
    message.resume();
    response.writeHead(Number(refusal.slice(0, 3)));
    return void response.end("the proxy says no");
  }
  const { pathname, search } = new URL(message.url ?? "");
  const { method = "GET", headers } = message;
  const options = { host: "127.0.0.1", port: targetPort, path: `${pathname}${search}`, method, headers };
  const upstream = httpRequest(options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  upstream.on("error", () => response.destroy());
  message.pipe(upstream);
}
