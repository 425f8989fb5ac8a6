import { isLoopback, passesProxy } from "./no_proxy.ts";

/** How requests get to a server. */
export interface Transport {
  /** Null: straight. */
  readonly proxy: ProxyAddress | null;
  /** A file with certificates of authorities that are trusted beside the usual ones; null: none. */
  readonly caFile: string | null;
}

/** A proxy and the variable that names it. */
export interface ProxyAddress {
  /** May hold a user's name and password. */
  readonly url: string;
  readonly variable: string;
}

/** Straight, with the usual authorities. */
export const STRAIGHT: Transport = { proxy: null, caFile: null };

/** The variable that names the file of further authorities, as in Node. */
export const CA_VARIABLE = "NODE_EXTRA_CA_CERTS";

/** Variables by which proxies are named; lower case goes first, as in curl. */
const PROXIES: Readonly<Record<string, readonly string[]>> = {
  "http:": ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"],
  "https:": ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
};
const EXCEPTIONS = ["no_proxy", "NO_PROXY"];

/** All variables that say how requests get to a server. */
export const TRANSPORT_VARIABLES: readonly string[] = [
  ...new Set([...Object.values(PROXIES).flat(), ...EXCEPTIONS, CA_VARIABLE]),
];

/**
 * How requests get to this address by the variables of an environment. Loopback is never reached through a proxy. Throws
 * {@linkcode RangeError} that says what is wrong with the proxy, without its password.
 */
export function transportTo(address: URL, variable: (name: string) => string | undefined): Transport {
  const caFile = address.protocol === "https:" ? variable(CA_VARIABLE) ?? null : null;
  const name = PROXIES[address.protocol]?.find((each) => variable(each)?.trim());
  const exceptions = EXCEPTIONS.map(variable).find((each) => each?.trim()) ?? "";
  if (name === undefined || isLoopback(address.hostname) || passesProxy(address, exceptions)) {
    return { proxy: null, caFile };
  }
  return { proxy: { url: proxyUrl(variable(name)?.trim() ?? "", name), variable: name }, caFile };
}

/** Scheme, host and port of a proxy, to be shown. */
export function proxyOrigin({ url }: ProxyAddress): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** curl takes a proxy without a scheme for one of HTTP. */
function proxyUrl(value: string, name: string): string {
  const url = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  if (!URL.canParse(url)) throw new RangeError(`${name} is no address of a proxy`);
  const { protocol, hostname, href } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") {
    throw new RangeError(`${name} names a proxy of ${protocol.slice(0, -1)}, expected http or https`);
  }
  if (hostname === "") throw new RangeError(`${name} is no address of a proxy`);
  return href;
}
