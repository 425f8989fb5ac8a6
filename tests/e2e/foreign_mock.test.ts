import assert from "node:assert/strict";
import { LLMock } from "@copilotkit/aimock";
import { endToEnd } from "../support/end_to_end.ts";
import { useServer } from "../support/scripted_home.ts";

/** A mock that we did not write, so that our own reading of the wire is not tested against itself. */
const mock = new LLMock({ port: 0, logLevel: "silent" });

Deno.test.beforeAll(async () => {
  mock.onMessage("hello", { content: "Hello from elsewhere" });
  mock.on({ userMessage: "split the work", hasToolResult: false }, {
    toolCalls: [{
      name: "delegate_task",
      arguments: JSON.stringify({
        tasks: [{ goal: "weigh the left half" }, { goal: "weigh the right half" }],
      }),
    }],
  });
  mock.on({ userMessage: "split the work", hasToolResult: true }, { content: "Both halves are weighed" });
  mock.onMessage("weigh the left half", { content: "left: 4 kg" });
  mock.onMessage("weigh the right half", { content: "right: 5 kg" });
  await mock.start();
});

Deno.test.afterAll(() => mock.stop());

endToEnd("chats with a model server that is not ours", async (hermes) => {
  useServer(hermes, `${mock.url}/v1`);
  const { code, stdout } = await hermes.run(["chat", "-Q", "-q", "hello"]);
  assert.deepEqual([code, stdout], [0, "Hello from elsewhere\n"]);
});

endToEnd("delegates on a model server that is not ours", async (hermes) => {
  useServer(hermes, `${mock.url}/v1`);
  const { code, stdout } = await hermes.run(["chat", "-Q", "-q", "split the work"]);
  assert.deepEqual([code, stdout], [0, "Both halves are weighed\n"]);
  const body = mock.getRequests().findLast(({ body }) => JSON.stringify(body).includes("split the work"))
    ?.body;
  const text = JSON.stringify(body);
  assert.match(text, /left: 4 kg/);
  assert.match(text, /right: 5 kg/);
});

endToEnd("delegate --json on a model server that is not ours", async (hermes) => {
  useServer(hermes, `${mock.url}/v1`);
  const { code, stdout } = await hermes.run(["delegate", "--json", "weigh the left half"]);
  assert.equal(code, 0);
  assert.equal(JSON.parse(stdout).results[0].summary, "left: 4 kg");
});

endToEnd("delegates over the Responses wire on a model server that is not ours", async (hermes) => {
  const provider = { base_url: `${mock.url}/v1`, key_env: "SCRIPTED_KEY", api: "responses" };
  useServer(hermes, `${mock.url}/v1`, { providers: { scripted: provider } });
  const { code, stdout } = await hermes.run(["chat", "-Q", "-q", "split the work"]);
  assert.deepEqual([code, stdout], [0, "Both halves are weighed\n"]);
  const paths = new Set(mock.getRequests().slice(-4).map(({ path }) => path));
  assert.deepEqual([...paths], ["/v1/responses"]);
  const text = JSON.stringify(mock.getRequests().at(-1)?.body);
  assert.match(text, /left: 4 kg/);
  assert.match(text, /right: 5 kg/);
});

endToEnd("goes on with a fallback when its server is down", async (hermes) => {
  useServer(hermes, "http://127.0.0.1:1/v1", {
    providers: {
      scripted: { base_url: "http://127.0.0.1:1/v1", key_env: "SCRIPTED_KEY" },
      spare: { base_url: `${mock.url}/v1`, key_env: "SCRIPTED_KEY" },
    },
    fallback_providers: [{ provider: "spare" }],
  });
  const { code, stdout, stderr } = await hermes.run(["chat", "-q", "hello"]);
  assert.equal(code, 0);
  assert.match(stdout + stderr, /Hello from elsewhere/);
  assert.match(stdout + stderr, /goes on with spare\/scripted-model: Cannot reach "scripted"/);
});
