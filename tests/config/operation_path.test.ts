import assert from "node:assert/strict";
import { withoutOperation } from "../../lib/config/operation_path.ts";

Deno.test("withoutOperation() takes the operation off a base URL and its wire from it", () => {
  const cases: [given: Record<string, unknown>, taken: Record<string, unknown>][] = [
    [{ base_url: "https://a.test/v1/chat/completions" }, { base_url: "https://a.test/v1", api: "chat" }],
    [{ base_url: "https://a.test/v1/chat/completions/" }, { base_url: "https://a.test/v1", api: "chat" }],
    [{ base_url: "https://a.test/v1/responses" }, { base_url: "https://a.test/v1", api: "responses" }],
    [{ base_url: "https://a.test/v1/messages" }, { base_url: "https://a.test/v1", api: "messages" }],
    [{ base_url: "https://a.test/v1/completions" }, { base_url: "https://a.test/v1", api: "chat" }],
    [
      { base_url: "https://a.test/deployments/d/chat/completions?api-version=1" },
      { base_url: "https://a.test/deployments/d?api-version=1", api: "chat" },
    ],
    [{ base_url: "https://a.test/chat/completions" }, { base_url: "https://a.test", api: "chat" }],
    [
      { base_url: "https://a.test/v1/messages", api: "auto" },
      { base_url: "https://a.test/v1", api: "auto" },
    ],
    [{ base_url: "https://a.test/v1" }, { base_url: "https://a.test/v1" }],
    [{ base_url: "https://a.test/v1/" }, { base_url: "https://a.test/v1/" }],
    [{ base_url: "https://a.test/my-messages" }, { base_url: "https://a.test/my-messages" }],
    [{ base_url: "${BASE}/v1/messages" }, { base_url: "${BASE}/v1/messages" }],
    [{ base_url: null }, { base_url: null }],
    [{}, {}],
  ];
  for (const [given, taken] of cases) assert.deepEqual(withoutOperation(given), taken, JSON.stringify(given));
});
