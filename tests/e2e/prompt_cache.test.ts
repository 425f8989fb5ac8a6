import assert from "node:assert/strict";
import { type CachedTurn, shareRead, startCachingServer } from "../support/caching_server.ts";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { useServer } from "../support/scripted_home.ts";

const TURNS = 8;
const SIBLINGS = 3;

/** Each wire with a provider that speaks it, and whether its requests carry a cache key. */
const WIRES = [
  { api: "chat", provider: "openai", hasKey: true },
  { api: "responses", provider: "openai", hasKey: true },
  { api: "messages", provider: "anthropic", hasKey: false },
  { api: "chat", provider: "other", hasKey: false },
];

function says(isChild: boolean, turn: number): CachedTurn {
  if (isChild) return turn < TURNS ? { name: "terminal", args: { command: `seq ${turn} 300` } } : "done";
  const tasks = Array.from({ length: SIBLINGS }, (_, n) => ({ goal: `part ${n}`, toolsets: ["terminal"] }));
  return turn === 1 ? { name: "delegate_task", args: { tasks } } : "done";
}

function configure(hermes: EndToEnd, baseUrl: string, { api, provider }: typeof WIRES[number]): void {
  useServer(hermes, baseUrl, {
    model: { provider, default: "scripted-model" },
    providers: { [provider]: { base_url: baseUrl, key_env: "SCRIPTED_KEY", api } },
  });
}

for (const wire of WIRES) {
  const name = `${wire.provider}, ${wire.api}`;
  endToEnd(`siblings read most of what they send from the cache (${name})`, async (hermes) => {
    await using server = await startCachingServer(says, 5);
    configure(hermes, server.server.baseUrl, wire);
    const { code, stderr } = await hermes.run(["chat", "-q", "go"]);
    assert.equal(code, 0, stderr);
    const children = server.seen.filter(({ isChild }) => isChild);
    assert.equal(children.length, SIBLINGS * TURNS);
    assert.ok(shareRead(children) > 0.65, `${shareRead(children)}`);
    const keys = new Set(server.seen.map(({ key }) => key));
    assert.equal(keys.size, 1, "all agents of a session share a key");
    assert.equal(!keys.has(""), wire.hasKey);
    const usage = JSON.parse((await hermes.run(["usage", "--all", "--json"])).stdout);
    assert.equal(usage.total.tokens.cached, server.seen.reduce((sum, { read }) => sum + read, 0));
    assert.equal(usage.total.cached_share, Number(shareRead(server.seen).toFixed(4)));
  });

  endToEnd(
    `a conversation that goes on in another process begins as it was cached (${name})`,
    async (hermes) => {
      await using server = await startCachingServer((_, turn) => says(true, turn), 5);
      configure(hermes, server.server.baseUrl, wire);
      await hermes.run(["chat", "-q", "go"]);
      const { code, stderr } = await hermes.run(["chat", "-c", "-q", "and now"]);
      assert.equal(code, 0, stderr);
      const [before, after] = server.seen.slice(-2);
      const kept = (after?.read ?? 0) / (before?.input ?? NaN);
      assert.ok(kept > 0.9, `${kept} of the last request of the first process`);
    },
  );
}
