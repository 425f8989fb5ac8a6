import { BlockList, isIP } from "node:net";

/** Whether a host is this machine, whatever the name service says. */
export function isLoopback(hostname: string): boolean {
  const host = bare(hostname);
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  const isHere = /^(127\.\d+\.\d+\.\d+|0\.0\.0\.0)$/.test(host) || host === "::1" || host === "::";
  return isHere || /^::ffff:(7f[\da-f]{2}:|127\.)/.test(host);
}

/**
 * Whether `NO_PROXY` excepts an address. Entries are separated by commas or blanks: `*`, a domain with all below it, with
 * or without a leading `.` or `*.`, an address, a range of addresses, each perhaps with a port.
 */
export function passesProxy(address: URL, exceptions: string): boolean {
  const host = bare(address.hostname);
  const port = address.port || (address.protocol === "https:" ? "443" : "80");
  return exceptions.split(/[\s,;|]+/).some((entry) => entry !== "" && excepts(entry, host, port));
}

function excepts(entry: string, host: string, port: string): boolean {
  const written = entry.toLowerCase().replace(/^[a-z]+:\/\//, "");
  if (written.replace(/\/+$/, "") === "*") return true;
  const range = /^\[?([\da-f:.]+)\]?\/(\d+)$/.exec(written);
  if (range !== null) return isWithin(host, range[1] ?? "", Number(range[2]));
  const [, name = "", ownPort] = partsOf(written.replace(/\/.*$/, ""));
  if (ownPort !== undefined && ownPort !== port) return false;
  const domain = bare(name).replace(/^\*?\.+/, "");
  if (domain === "") return false;
  if (isIP(domain) !== 0) return isIP(host) === isIP(domain) && sameAddress(host, domain);
  return host === domain || host.endsWith(`.${domain}`);
}

/** `[::1]:80`, `::1`, `host:80`, `host`. */
function partsOf(entry: string): readonly (string | undefined)[] {
  if (isIP(entry) === 6) return [entry, entry];
  return /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
}

function isWithin(host: string, network: string, prefix: number): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || prefix > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, `ipv${family === 4 ? 4 : 6}`);
  return list.check(host, `ipv${family === 4 ? 4 : 6}`);
}

function sameAddress(one: string, other: string): boolean {
  return one === other || isWithin(one, other, isIP(other) === 4 ? 32 : 128);
}

/** Without the brackets of an address and the dot at the end of a name. */
function bare(hostname: string): string {
  return hostname.toLowerCase().replace(/^\[|\]$/g, "").replace(/\.$/, "");
}
