import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { createServer } from "node:tls";
import type { Duplex } from "node:stream";
import { ROOT } from "./launchers.ts";

/** Certificates that only tests use: an authority, and servers named localhost, server.test and 127.0.0.1. */
export function certificate(name: "authority" | "server" | "expired"): string {
  return `${ROOT}/tests/support/certificates/${name}.pem`;
}

/** A server that takes TLS off and sends all on to `target`. */
export interface TlsFront extends AsyncDisposable {
  readonly port: number;
  /** How many connections have come. */
  readonly count: number;
}

/** Starts a TLS server on loopback with one of the certificates. */
export async function startTlsFront(
  target: string,
  name: "server" | "expired" = "server",
): Promise<TlsFront> {
  const sockets = new Set<Duplex>();
  let count = 0;
  const key = Deno.readTextFileSync(`${ROOT}/tests/support/certificates/server_key.pem`);
  const cert = Deno.readTextFileSync(certificate(name));
  const server = createServer({ key, cert }, (socket) => {
    const upstream = connect(Number(new URL(target).port), "127.0.0.1");
    for (const each of [socket, upstream]) {
      sockets.add(each);
      each.on("error", () => each.destroy());
    }
    upstream.on("close", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  server.on("connection", (socket) => {
    count++;
    sockets.add(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  return {
    port,
    get count() {
      return count;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
