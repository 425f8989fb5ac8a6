import assert from "node:assert/strict";
import { isLoopback, passesProxy } from "../../lib/support/no_proxy.ts";
import { proxyOrigin, STRAIGHT } from "../../lib/support/transport.ts";
import { transportTo } from "../../lib/support/transport_to.ts";

function proxyOf(address: string, env: Record<string, string>) {
  const { proxy } = transportTo(new URL(address), (name) => env[name]);
  return proxy === null ? null : [proxy.variable, proxy.url];
}

Deno.test("passesProxy() knows the common spellings of NO_PROXY", () => {
  const cases: [exceptions: string, address: string, passes: boolean][] = [
    ["*", "https://a.test", true],
    ["a.test", "https://a.test", true],
    ["a.test", "https://b.a.test", true],
    ["a.test", "https://nota.test", false],
    [".a.test", "https://b.a.test", true],
    [".a.test", "https://a.test", true],
    ["*.a.test", "https://b.a.test", true],
    ["A.Test.", "https://a.test", true],
    ["a.test", "https://A.TEST./v1", true],
    ["x.test, a.test", "https://a.test", true],
    ["x.test a.test", "https://a.test", true],
    [" , ,a.test, ", "https://a.test", true],
    ["a.test:443", "https://a.test", true],
    ["a.test:8080", "https://a.test", false],
    ["a.test:8080", "http://a.test:8080", true],
    ["a.test:80", "http://a.test", true],
    [".a.test:443", "https://b.a.test", true],
    ["https://a.test", "https://a.test", true],
    ["https://a.test/", "https://a.test", true],
    ["10.0.0.0/8", "http://10.2.3.4", true],
    ["10.0.0.0/8", "http://11.2.3.4", false],
    ["192.168.1.7", "http://192.168.1.7:11434", true],
    ["192.168.1.7", "http://192.168.1.70", false],
    ["192.168.1.7/32", "http://192.168.1.7", true],
    ["10.0.0.0/99", "http://10.0.0.1", false],
    ["10.0.0.0/8", "http://ten.test", false],
    ["fd00::/8", "http://[fd12::1]:80", true],
    ["fd00::/8", "http://[fe12::1]", false],
    ["fd12::1", "http://[fd12::1]", true],
    ["[fd12::1]", "http://[fd12::1]", true],
    ["[fd12::1]:8080", "http://[fd12::1]:8080", true],
    ["[fd12::1]:8080", "http://[fd12::1]", false],
    ["fd12:0:0::1", "http://[fd12::1]", true],
    ["", "https://a.test", false],
    [" ", "https://a.test", false],
    [".", "https://a.test", false],
    [":443", "https://a.test", false],
  ];
  for (const [exceptions, address, passes] of cases) {
    assert.equal(passesProxy(new URL(address), exceptions), passes, `"${exceptions}" and ${address}`);
  }
});

Deno.test("isLoopback() knows this machine in every spelling", () => {
  const here = ["localhost", "LocalHost.", "api.localhost", "127.0.0.1", "127.1", "127.8.9.10", "0.0.0.0"];
  const short = [...here, "[::1]", "[::]", "[::ffff:127.0.0.1]", "0x7f.1"];
  for (const host of short) assert.ok(isLoopback(new URL(`http://${host}`).hostname), host);
  for (const host of ["localhost.test", "128.0.0.1", "10.0.0.1", "[fd12::1]", "127.0.0.1.test"]) {
    assert.ok(!isLoopback(new URL(`http://${host}`).hostname), host);
  }
});

Deno.test("transportTo() takes the proxy of the scheme, then that of all, lower case first", () => {
  const cases: [address: string, env: Record<string, string>, proxy: string[] | null][] = [
    ["https://a.test", {}, null],
    ["https://a.test", { HTTPS_PROXY: "http://p:1" }, ["HTTPS_PROXY", "http://p:1/"]],
    ["https://a.test", { https_proxy: "http://q:1", HTTPS_PROXY: "http://p:1" }, [
      "https_proxy",
      "http://q:1/",
    ]],
    ["https://a.test", { HTTP_PROXY: "http://p:1" }, null],
    ["http://a.test", { HTTP_PROXY: "http://p:1", HTTPS_PROXY: "http://q:1" }, ["HTTP_PROXY", "http://p:1/"]],
    ["http://a.test", { http_proxy: "http://p:1" }, ["http_proxy", "http://p:1/"]],
    ["https://a.test", { ALL_PROXY: "http://p:1" }, ["ALL_PROXY", "http://p:1/"]],
    ["https://a.test", { all_proxy: "http://p:1" }, ["all_proxy", "http://p:1/"]],
    ["https://a.test", { ALL_PROXY: "socks5://s:1", HTTPS_PROXY: "http://p:1" }, [
      "HTTPS_PROXY",
      "http://p:1/",
    ]],
    ["https://a.test", { HTTPS_PROXY: "  ", ALL_PROXY: " p:3128 " }, ["ALL_PROXY", "http://p:3128/"]],
    ["https://a.test", { HTTPS_PROXY: "127.0.0.1:3128" }, ["HTTPS_PROXY", "http://127.0.0.1:3128/"]],
    ["https://a.test", { HTTPS_PROXY: "https://u:p%40@p:1" }, ["HTTPS_PROXY", "https://u:p%40@p:1/"]],
    ["https://a.test", { HTTPS_PROXY: "http://p:1", NO_PROXY: ".a.test" }, null],
    ["https://a.test", { HTTPS_PROXY: "http://p:1", no_proxy: "x", NO_PROXY: "*" }, [
      "HTTPS_PROXY",
      "http://p:1/",
    ]],
    ["https://a.test", { ALL_PROXY: "socks5://s:1", NO_PROXY: "a.test" }, null],
    ["http://127.0.0.1:8080", { HTTP_PROXY: "http://p:1", ALL_PROXY: "http://p:1" }, null],
    ["http://localhost:8080", { HTTP_PROXY: "socks5://p:1" }, null],
  ];
  for (const [address, env, proxy] of cases) {
    assert.deepEqual(proxyOf(address, env), proxy, `${address} ${JSON.stringify(env)}`);
  }
});

Deno.test("transportTo() says what is wrong with a proxy, without its password", () => {
  const cases: [value: string, words: string][] = [
    ["socks5://u:geheim@s:1", "ALL_PROXY names a proxy of socks5, expected http or https"],
    ["http://u:geheim@:1", "ALL_PROXY is no address of a proxy"],
    ["not a geheim proxy", "ALL_PROXY is no address of a proxy"],
  ];
  for (const [value, message] of cases) {
    assert.throws(() => proxyOf("https://a.test", { ALL_PROXY: value }), { name: "RangeError", message });
  }
});

Deno.test("transportTo() names the file of authorities for TLS only", () => {
  const env: Record<string, string> = { NODE_EXTRA_CA_CERTS: "/ca.pem" };
  const of = (address: string) => transportTo(new URL(address), (name) => env[name]);
  assert.deepEqual(of("https://127.0.0.1"), { proxy: null, caFile: "/ca.pem" });
  assert.deepEqual(of("http://a.test"), STRAIGHT);
});

Deno.test("proxyOrigin() shows neither user nor password", () => {
  assert.equal(proxyOrigin({ url: "http://u:geheim@p.test:3128/", variable: "X" }), "http://p.test:3128");
});
