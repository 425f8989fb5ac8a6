import process from "node:process";
import { CA_VARIABLE, type Transport, TRANSPORT_VARIABLES } from "./transport.ts";

/** A program and its first arguments, to which those of a run are added. */
export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
}

/** Where a compiled program finds its own modules: on Linux and macOS, and on Windows. */
const COMPILED = /\/(\$bunfs|~BUN)\//;

/**
 * How to start this program once more: the binary itself, or the runtime with the source. `entry` is the URL of main.ts
 * as the running program knows it.
 */
export function launchOf(entry: URL): Launch {
  if (COMPILED.test(decodeURI(entry.href))) return { program: process.execPath, args: [] };
  const source = process.getBuiltinModule("node:url").fileURLToPath(entry);
  if (process.versions.bun !== undefined) return { program: process.execPath, args: [source] };
  return { program: process.execPath, args: ["run", "-A", "--quiet", source] };
}

/** What of Bun is not in the web's standards nor in `node:`. */
interface BunRuntime {
  file(fd: number): { stream(): ReadableStream<Uint8Array> };
}

/**
 * Whether a child's `pipe` is a socket: no name opens one on Linux, so `echo >/dev/stderr` fails in it. Bun makes those.
 */
export function pipesAreSockets(): boolean {
  return process.platform === "linux" && process.versions.bun !== undefined;
}

/** What comes out of an open pipe, read by no thread of its own; null where this runtime cannot do that. */
export function pipeStream(fd: number): ReadableStream<Uint8Array> | null {
  const { Bun } = globalThis as typeof globalThis & { readonly Bun?: BunRuntime };
  return Bun?.file(fd).stream() ?? null;
}

/**
 * The environment that this process was started with. From now on the runtime sees no proxies in it: what is asked goes
 * as {@linkcode fetchOver} is told and no other way. Call it first of all, in every thread.
 */
export function takeEnvironment(): Readonly<Record<string, string | undefined>> {
  const { env, platform } = process;
  if (platform === "win32") return env; // its names have no case there, which a copy would lose
  const taken = { ...env };
  for (const name of TRANSPORT_VARIABLES.filter((each) => each !== CA_VARIABLE)) {
    env[name] = ""; // a worker of Bun goes on with what is only deleted
    delete env[name];
  }
  return taken;
}

/** What of Deno is not in the web's standards nor in `node:`. */
interface DenoRuntime {
  createHttpClient(options: HttpClientOptions): Disposable;
}

interface HttpClientOptions {
  readonly proxy?: { readonly url: string };
  readonly caCerts?: readonly string[];
}

/** The `fetch` of either runtime, by a way that is told to it. */
export async function fetchOver(address: URL, init: RequestInit, transport: Transport): Promise<Response> {
  const { Deno } = globalThis as typeof globalThis & { readonly Deno?: DenoRuntime };
  const { proxy } = transport;
  if (Deno === undefined) {
    const ofBun = { ...init, proxy: proxy?.url ?? false, ...await bunAuthorities(transport) };
    return await fetch(address, ofBun);
  }
  const caCerts = authoritiesIn(transport);
  if (proxy === null && caCerts.length === 0) return await fetch(address, init);
  using client = Deno.createHttpClient({ ...(proxy === null ? {} : { proxy: { url: proxy.url } }), caCerts });
  const ofDeno = { ...init, client };
  return await fetch(address, ofDeno);
}

/** Bun takes a list in place of its own authorities. Those of the process it trusts already. */
async function bunAuthorities(transport: Transport): Promise<{ tls?: { ca: readonly string[] } }> {
  if (transport.caFile === null || transport.caFile === process.env[CA_VARIABLE]) return {};
  const own = authoritiesIn(transport);
  if (own.length === 0) return {};
  const { getCACertificates } = await import("node:tls");
  return { tls: { ca: [...getCACertificates("bundled"), ...getCACertificates("system"), ...own] } };
}

/** The certificates in the file of authorities; none when it cannot be read, as in Node. */
function authoritiesIn({ caFile }: Transport): readonly string[] {
  if (caFile === null) return [];
  try {
    // Children load this file, and in a worker of the compiled binary `node:fs` costs 2 ms of a processor.
    return process.getBuiltinModule("node:fs").readFileSync(caFile, "utf8").match(CERTIFICATES) ?? [];
  } catch {
    return []; // the error of the connection says that it cannot be read
  }
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
