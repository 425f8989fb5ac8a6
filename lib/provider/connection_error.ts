import process from "node:process";
import { ProviderError, type ProviderErrorCode } from "../support/errors.ts";
import { CA_VARIABLE, proxyOrigin, STRAIGHT, type Transport } from "../support/transport.ts";
import { placeOf } from "./place_of.ts";
import type { Lease } from "./provider.ts";

/** Why a connection did not come about or broke off. */
export interface ConnectionTrouble {
  /** `setup`: nothing is better before somebody has mended it. */
  readonly code: ProviderErrorCode;
  /** How it got there and what happened, in the words of a sentence: `through … : it was refused`. */
  readonly state: string;
  readonly hint: string;
}

type Kind = "authority" | "date" | "name" | "login" | "tunnel" | "connection";

/** What the fetch of both runtimes says, in the words of a sentence; the first that fits. */
const REASONS: readonly (readonly [RegExp, string, Kind?])[] = [
  [/407|proxy authentication/i, "it wants a user and a password (407)", "login"],
  [/tunnel/i, "it does not let requests through", "tunnel"],
  [
    /expired|not (yet )?valid yet|NOT_YET_VALID|NotValidYet/i,
    "its certificate is not valid at this time",
    "date",
  ],
  [/ALTNAME|NotValidForName|not valid for|does not match/i, "its certificate is for another name", "name"],
  [
    /certificate|CERT_|self.signed|UnknownIssuer|UNABLE_TO_|issuer/i,
    `its certificate is not trusted; ${CA_VARIABLE} can name its authority`,
    "authority",
  ],
  [/refused/i, "the connection was refused"],
  [/ENOTFOUND|EAI_AGAIN|dns error|name or service not known/i, "its host name is unknown"],
  [/InvalidContentType|EPROTO|TLS|SSL/, "it does not speak TLS there"],
  [/ECONNRESET|closed|reset|broken pipe|reading a body/i, "the connection was closed in mid-answer"],
  [/timed? ?out/i, "the connection timed out"],
  [/unreachable/i, "its network is unreachable"],
  [/blocked/i, "its port is blocked for HTTP"],
];

/**
 * The error for a connection that did not come about or broke off. The runtime's own words go no further: they may
 * hold the request's headers.
 */
export function connectionError(lease: Lease, thrown: unknown): ProviderError {
  const { code, state, hint } = connectionTrouble(thrown, lease.transport ?? STRAIGHT);
  const message = `Cannot reach ${placeOf(lease)}${state}`;
  return new ProviderError(code, message, { retryable: code === "unreachable", hint });
}

/** The error for a proxy that answers 407 in the server's place. */
export function proxyLoginError(lease: Lease): ProviderError {
  return connectionError(lease, new Error("407"));
}

/** What was thrown for a connection, in words that hold nothing of the request. */
export function connectionTrouble(thrown: unknown, { proxy, caFile }: Transport): ConnectionTrouble {
  const words = wordsOf(thrown);
  const fits = ([pattern, , kind]: (typeof REASONS)[number]) =>
    pattern.test(words) && (proxy !== null || kind !== "login" && kind !== "tunnel");
  const [, state = "the connection failed", kind = "connection"] = REASONS.find(fits) ?? [];
  const isSetup = kind === "tunnel" ? /\b4\d\d\b/.test(words) : kind !== "connection";
  const way = proxy === null ? "" : ` through the proxy ${proxyOrigin(proxy)} of ${proxy.variable}`;
  return {
    code: isSetup ? "setup" : "unreachable",
    state: `${way}: ${state}`,
    hint: hintFor(kind, { proxy, caFile }),
  };
}

function hintFor(kind: Kind, { proxy, caFile }: Transport): string {
  if (kind === "date") return "Check the clock of this machine, and the certificate";
  if (kind === "authority") {
    const known = caFile === null ? "" : ` (now "${caFile}"${isThere(caFile) ? "" : ", which is not there"})`;
    return `Name a file with the certificate of its authority in ${CA_VARIABLE}${known}`;
  }
  if (proxy === null || kind === "name") {
    return "Check that the server runs and that base_url in config.yaml is right";
  }
  if (kind === "login") return `Write them before the host in ${proxy.variable}: user, colon, password, @`;
  return `Check ${proxy.variable}, or name the server's host in NO_PROXY to go without the proxy`;
}

/** Both runtimes hide the system's reason in `cause` or in `code`. */
function wordsOf(thrown: unknown): string {
  const words: string[] = [];
  for (let error = thrown; error instanceof Error && words.length < 20; error = error.cause) {
    words.push("code" in error ? String(error.code) : "", error.message);
  }
  return words.join(" ").replaceAll(/\(?"?https?:\/\/[^\s")]*/g, ""); // its digits are no status
}

/** `node:fs` is loaded on use: in a worker of the compiled binary it costs 2 ms of a processor. */
function isThere(path: string): boolean {
  return process.getBuiltinModule("node:fs").existsSync(path);
}
