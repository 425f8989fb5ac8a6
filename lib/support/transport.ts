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
export const PROXIES: Readonly<Record<string, readonly string[]>> = {
  "http:": ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"],
  "https:": ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
};
/** Variables that except hosts from proxies. */
export const EXCEPTIONS = ["no_proxy", "NO_PROXY"];

/** All variables that say how requests get to a server. */
export const TRANSPORT_VARIABLES: readonly string[] = [
  ...new Set([...Object.values(PROXIES).flat(), ...EXCEPTIONS, CA_VARIABLE]),
];

/** Scheme, host and port of a proxy, to be shown. */
export function proxyOrigin({ url }: ProxyAddress): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
