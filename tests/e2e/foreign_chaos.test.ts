import assert from "node:assert/strict";
import { type ChaosConfig, LLMock } from "@copilotkit/aimock";
import { endToEnd } from "../support/end_to_end.ts";
import { useServer } from "../support/scripted_home.ts";
import type { Reading } from "../support/wire_reading.ts";

const GOALS = Array.from({ length: 8 }, (_, n) => `weigh part ${"abcdefgh"[n]}`);

/** What a mock that we did not write does to requests. */
interface Fault {
  readonly chaos: ChaosConfig;
  /** It comes before the answer to results, too. */
  readonly hitsLater: boolean;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  "a 500": { chaos: { dropRate: 1 }, hitsLater: true },
  "JSON that is none": { chaos: { malformedRate: 1 }, hitsLater: true },
  // It says "wait 1 s" and, beside it, "nothing left, full again in 6 min"; one by one they would cost 8 pauses.
  "a 429 with headers": { chaos: { rateLimitRate: 1 }, hitsLater: false },
  "a closed connection": { chaos: { disconnectRate: 1 }, hitsLater: true },
};

/** A mock in which each first request about a goal, and each first answer to a result, meets the fault. */
function faulty({ chaos, hitsLater }: Fault): LLMock {
  const mock = new LLMock({ port: 0, logLevel: "silent" });
  for (const goal of GOALS) {
    for (const hasToolResult of [false, true]) {
      const match = { userMessage: goal, hasToolResult };
      const isFirst = () =>
        !mock.getRequests().some(({ body }) => isAbout(body, goal) && hasResult(body) === hasToolResult);
      const response = hasToolResult
        ? { content: `${goal}: done` }
        : { toolCalls: [{ name: "terminal", arguments: JSON.stringify({ command: `echo ${goal}` }) }] };
      if (!hasToolResult || hitsLater) mock.on({ ...match, predicate: isFirst }, response, { chaos });
      mock.on(match, response);
    }
  }
  return mock;
}

const MOCKS = Object.entries(FAULTS).map(([name, fault]) => ({ name, fault, mock: faulty(fault) }));

Deno.test.beforeAll(() => Promise.all(MOCKS.map(({ mock }) => mock.start())).then(() => {}));
Deno.test.afterAll(() => Promise.all(MOCKS.map(({ mock }) => mock.stop())).then(() => {}));

for (const { name, fault: { hitsLater }, mock } of MOCKS) {
  endToEnd(`completes 8 children that meet ${name} first`, async (hermes) => {
    mock.clearRequests();
    useServer(hermes, `${mock.url}/v1`);
    const { code, stdout, stderr } = await hermes.run(["delegate", "--json", ...GOALS]);
    const summaries = JSON.parse(stdout).results.map(({ summary }: Reading) => summary);
    assert.deepEqual([code, summaries], [0, GOALS.map((goal) => `${goal}: done`)], stderr);
    const requests = mock.getRequests();
    const faults = requests.filter(({ response }) => response.chaosAction !== undefined);
    assert.deepEqual([faults.length, requests.length - faults.length], [hitsLater ? 16 : 8, 16]);
  });
}

function isAbout(body: Reading, goal: string): boolean {
  return JSON.stringify(body).includes(goal);
}

function hasResult(body: Reading): boolean {
  return (body?.messages ?? []).some(({ role }: Reading) => role === "tool");
}
