import { isLoopback, passesProxy } from "./no_proxy.ts";
import { CA_VARIABLE, EXCEPTIONS, PROXIES, type Transport } from "./transport.ts";

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
