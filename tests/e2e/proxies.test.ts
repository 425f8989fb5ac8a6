import assert from "node:assert/strict";
import { type EndToEnd, endToEnd, type RunOptions } from "../support/end_to_end.ts";
import { finish } from "../support/delegation_script.ts";
import { detachedHosts } from "../support/host_end.ts";
import { type ProxyServer, startProxy } from "../support/proxy_server.ts";
import { messageItem, respond } from "../support/responses_reply.ts";
import { useServer } from "../support/scripted_home.ts";
import { say, startScriptedServer } from "../support/scripted_server.ts";
import { certificate, startTlsFront } from "../support/tls_front.ts";

const ASK = ["chat", "-Q", "-q", "hi"];
/** A port that nobody listens on. */
const DEAD = "127.0.0.1:9";
const AUTHORITY = { NODE_EXTRA_CA_CERTS: certificate("authority") };
const HTTP = "http://server.test/v1";
const HTTPS = "https://server.test/v1";

async function ask(hermes: EndToEnd, baseUrl: string, env: NonNullable<RunOptions["env"]>) {
  useServer(hermes, baseUrl);
  const { code, stdout, stderr } = await hermes.run(ASK, { env });
  return { code, stdout, stderr };
}

const ANSWERED = { code: 0, stdout: "hello\n", stderr: "" };

endToEnd("asks a server on loopback without the proxy of any variable", async (hermes) => {
  await using server = await startScriptedServer(() => say("hello"));
  const proxy = `http://${DEAD}`;
  const env = { HTTP_PROXY: proxy, http_proxy: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy };
  assert.deepEqual(await ask(hermes, server.baseUrl, env), ANSWERED);
  const delegated = await hermes.run(["delegate", "-Q", "GOAL"], { env });
  assert.deepEqual([delegated.code, delegated.stdout], [0, "hello\n"]);
});

const WAYS: readonly {
  readonly env: (host: string) => Record<string, string>;
  readonly login: string | null;
}[] = [
  { env: (host) => ({ HTTP_PROXY: `http://${host}`, HTTPS_PROXY: `http://${host}` }), login: null },
  { env: (host) => ({ http_proxy: host, https_proxy: host, NO_PROXY: "x.test,.y.test" }), login: null },
  { env: (host) => ({ ALL_PROXY: `http://me%40work:p%3Aw@${host}` }), login: "me@work:p:w" },
  {
    env: (host) => ({ all_proxy: `http://me:geheim@${host}/`, no_proxy: "server.test:1" }),
    login: "me:geheim",
  },
];

for (const [index, { env, login }] of WAYS.entries()) {
  endToEnd(`asks a server through the proxy of ${Object.keys(env("")).join(" and ")}`, async (hermes) => {
    await using server = await startScriptedServer(() => say("hello"));
    await using front = await startTlsFront(server.baseUrl);
    await using plain = await startProxy(server.baseUrl);
    await using tunnel = await startProxy(`http://127.0.0.1:${front.port}`);
    assert.deepEqual(await ask(hermes, HTTP, env(plain.host)), ANSWERED);
    const { stdout } = await hermes.run(["delegate", "-Q", "GOAL"], { env: env(plain.host) });
    assert.equal(stdout, "hello\n");
    assert.deepEqual(await ask(hermes, HTTPS, { ...env(tunnel.host), ...AUTHORITY }), ANSWERED);
    const child = await hermes.run(["delegate", "-Q", "GOAL"], {
      env: { ...env(tunnel.host), ...AUTHORITY },
    });
    assert.equal(child.stdout, "hello\n");
    const asked = `POST ${HTTP}/chat/completions`;
    assert.deepEqual([plain.asked, plain.logins], [[asked, asked], [login, login]], `way ${index}`);
    assert.deepEqual([tunnel.asked, tunnel.logins], [Array(2).fill("CONNECT server.test:443"), [
      login,
      login,
    ]]);
  });
}

endToEnd("takes proxies from .env too, and none for what NO_PROXY excepts", async (hermes) => {
  await using server = await startScriptedServer(() => say("hello"));
  await using proxy = await startProxy(server.baseUrl);
  useServer(hermes, HTTP);
  const file = `${hermes.hermesHome}/.env`;
  const kept = Deno.readTextFileSync(file);
  Deno.writeTextFileSync(file, `${kept}HTTP_PROXY=http://${proxy.host}\n`);
  assert.equal((await hermes.run(ASK)).stdout, "hello\n");
  const { code, stderr } = await hermes.run(ASK, { env: { NO_PROXY: "*.test" } });
  assert.deepEqual([code, proxy.asked.length], [75, 1]);
  assert.match(stderr, /Cannot reach "scripted" \(http:\/\/server\.test, .*\): its host name is unknown/);
});

/** Proxies that are of no use: how it ends, what is said, and how often they are asked. */
const USELESS: readonly {
  readonly claim: string;
  readonly baseUrl: string;
  readonly refusal?: string;
  readonly code: number;
  readonly says: RegExp;
  readonly asked: number;
}[] = [
  ...[HTTP, HTTPS].map((baseUrl) => ({
    claim: `that wants a login for ${baseUrl.slice(0, 5)}`,
    baseUrl,
    refusal: "407 Proxy Authentication Required",
    code: 78,
    says:
      /through the proxy http:\/\/127\.0\.0\.1:\d+ of ALL_PROXY: it wants a user and a password \(407\)[^]*user, colon, password, @/,
    asked: 1,
  })),
  {
    claim: "that forbids tunnels",
    baseUrl: HTTPS,
    refusal: "403 Forbidden",
    code: 78,
    says: /of ALL_PROXY: it does not let requests through[^]*NO_PROXY/,
    asked: 1,
  },
  {
    claim: "whose way is down",
    baseUrl: HTTPS,
    refusal: "502 Bad Gateway",
    code: 75,
    says: /of ALL_PROXY: it does not let requests through[^]*NO_PROXY/,
    asked: 4,
  },
  {
    claim: "that is dead",
    baseUrl: HTTPS,
    code: 75,
    says:
      /through the proxy http:\/\/127\.0\.0\.1:9 of ALL_PROXY: the connection was refused[^]*Check ALL_PROXY/,
    asked: 0,
  },
];

for (const { claim, baseUrl, refusal, code, says, asked } of USELESS) {
  endToEnd(`names a proxy ${claim}`, async (hermes) => {
    await using proxy = await startProxy("http://127.0.0.1:9", refusal === undefined ? {} : { refusal });
    const host = refusal === undefined ? DEAD : proxy.host;
    const ended = await ask(hermes, baseUrl, { ALL_PROXY: `http://me:geheim@${host}` });
    // Deno does not say how a tunnel was refused, so that it is tried again there.
    const isUntold = hermes.launcher.name === "source" && /forbids/.test(claim);
    assert.deepEqual([ended.code, ended.stdout], [isUntold ? 75 : code, ""]);
    assert.match(ended.stderr, says);
    assert.doesNotMatch(ended.stderr, /geheim/);
    assert.equal(proxy.asked.length, isUntold ? 4 : asked);
  });
}

endToEnd("refuses proxies that it cannot use, by their variable", async (hermes) => {
  for (
    const [value, says] of [["socks5://127.0.0.1:1", /ALL_PROXY names a proxy of socks5/], [
      "a b",
      /ALL_PROXY/,
    ]] as const
  ) {
    const { code, stderr } = await ask(hermes, HTTPS, { ALL_PROXY: value });
    assert.deepEqual([code, says.test(stderr), stderr.includes("NO_PROXY")], [78, true, true], stderr);
  }
});

for (
  const [name, says] of [
    ["server", /is not trusted; NODE_EXTRA_CA_CERTS can name its authority/],
    ["expired", /is not valid at this time/],
  ] as const
) {
  endToEnd(`does not ask again where the certificate ${says.source}, and exits 78`, async (hermes) => {
    await using server = await startScriptedServer(() => say("hello"));
    await using front = await startTlsFront(server.baseUrl, name);
    const env = name === "expired" ? AUTHORITY : {};
    const { code, stderr } = await ask(hermes, `https://localhost:${front.port}/v1`, env);
    assert.deepEqual([code, server.requests.length, front.count], [78, 0, 1]);
    assert.match(stderr, says);
    const delegated = await hermes.run(["delegate", "-Q", "GOAL"], { env });
    assert.deepEqual([delegated.code, front.count], [78, 2]);
    assert.match(delegated.stderr, says);
  });
}

/** Delegates to the host and returns what the task said. */
async function delegated(
  hermes: EndToEnd,
  env: NonNullable<RunOptions["env"]>,
  cwd?: string,
): Promise<string> {
  const started = await hermes.run(["delegate", "--async", "-Q", "GOAL"], {
    env,
    ...(cwd === undefined ? {} : { cwd }),
  });
  assert.deepEqual([started.code, started.stderr], [0, ""]);
  const { stdout, stderr } = await hermes.run(["collect", started.stdout.trimEnd()]);
  return stdout + stderr;
}

endToEnd(
  "the detached host uses the proxies and authorities of each command, not its own",
  async (hermes) => {
    await using server = await startScriptedServer(() => finish("done"));
    await using front = await startTlsFront(server.baseUrl);
    const target = `http://127.0.0.1:${front.port}`;
    await using first = await startProxy(target);
    await using second = await startProxy(target);
    useServer(hermes, HTTPS);
    const start = ["delegate", "--async", "--offline", "-Q", "wait: 600"];
    const own = { HTTPS_PROXY: `http://${DEAD}`, NO_PROXY: "*", NODE_EXTRA_CA_CERTS: "/nowhere" };
    assert.equal((await hermes.run(start, { env: own })).code, 0);
    const by = ({ host }: ProxyServer) => ({ HTTPS_PROXY: `http://${host}`, ...AUTHORITY });
    assert.equal(await delegated(hermes, by(first)), "done\n");
    const folder = certificate("authority").replace(/\/[^/]*$/, "");
    const relative = { ...by(second), NODE_EXTRA_CA_CERTS: "authority.pem" };
    assert.equal(await delegated(hermes, relative, folder), "done\n");
    assert.match(
      await delegated(hermes, { HTTPS_PROXY: `http://${second.host}` }),
      /NODE_EXTRA_CA_CERTS can name its authority/,
    );
    assert.equal(detachedHosts(hermes.hermesHome).length, 1);
    assert.deepEqual([first.asked.length, second.asked.length], [1, 2]);
  },
);

for (const operation of ["chat/completions", "chat/completions/", "responses", "responses/"]) {
  endToEnd(`takes a base_url that ends in /v1/${operation}`, async (hermes) => {
    const isChat = operation.startsWith("chat");
    await using server = await startScriptedServer(() =>
      isChat ? say("hello") : respond(messageItem("hello"))
    );
    assert.deepEqual(await ask(hermes, `${server.baseUrl}/${operation}`, {}), ANSWERED);
  });
}
