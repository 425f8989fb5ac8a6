import assert from "node:assert/strict";
import { readSnapshot } from "../../lib/delegation/task_snapshot.ts";
import type { CommandBudget, TaskAccount } from "../../lib/provider/provider.ts";
import { brokerOn } from "../provider/broker_fixture.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { Stage } from "../support/test_ground.ts";

const COMMAND: CommandBudget = { id: "a command", caps: { usd: 1, tokens: null, requests: 7 } };
const CONFIG = {
  delegation: { max_spawn_depth: 2 },
  budget: { session: { usd: 5, tokens: 600, requests: 70 } },
};

/** A stage, and the accounts that its children were given, by task. */
function watched(sessionId: string) {
  const accounts = new Map<string, TaskAccount>();
  const { broker } = brokerOn(new FakeClock());
  const forTask = (account: TaskAccount) => {
    accounts.set(account.taskId, account);
    return broker.forTask(account);
  };
  return { stage: new Stage(CONFIG, { sessionId, broker: { ...broker, forTask } }), accounts };
}

/** Takes in what another stage had, and lets it go on. */
async function goOn(stage: Stage, from: Stage): Promise<void> {
  const parked = from.supervisor.park(() => true, 0);
  await from.ground.clock.advance(1);
  await parked;
  const records = from.supervisor.table.seenBy(null);
  const snapshots = records.map(({ snapshot }) => readSnapshot(JSON.parse(JSON.stringify(snapshot))));
  for (const record of stage.supervisor.adopt(snapshots)) stage.supervisor.resume(record);
  await stage.started();
}

Deno.test("a task, those below it, and what resumes them draw on the budget of its command", async () => {
  const { stage, accounts } = watched("s00001");
  await using before = stage;
  const place = {
    cwd: "/",
    model: stage.ground.model,
    toolsets: stage.ground.toolsets,
    command: COMMAND,
    isYolo: false,
  };
  const [above] = stage.supervisor.spawn([{ goal: "above" }], { ownerId: null, by: "user", place });
  await stage.started();
  stage.supervisor.spawn([{ goal: "below" }], { ownerId: above!.id, by: "agent" });
  await stage.started();
  assert.deepEqual([...accounts.values()].map(({ command }) => command), [COMMAND, COMMAND]);
  const later = watched("s00002");
  await using after = later.stage;
  await goOn(after, before);
  assert.deepEqual([...later.accounts.values()].map(({ command }) => command), [COMMAND, COMMAND]);
});

Deno.test("a task of a chat has the budget of a session of its own in another process, none beside its own in its", async () => {
  const { stage, accounts } = watched("s00001");
  await using before = stage;
  const [id = ""] = await stage.spawn("one");
  assert.equal(accounts.get(id)?.command, null);
  const elsewhere = watched("s00002");
  await using other = elsewhere.stage;
  await goOn(other, before);
  assert.deepEqual(elsewhere.accounts.get(id)?.command, { id: "s00001", caps: CONFIG.budget.session });
  const again = watched("s00001");
  await using back = again.stage;
  await goOn(back, other);
  assert.equal(again.accounts.get(id)?.command, null);
});
