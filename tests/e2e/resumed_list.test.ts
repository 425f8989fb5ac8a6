import assert from "node:assert/strict";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";

/** The ids and states that `list` prints, in no order. */
async function listed(hermes: EndToEnd, ...args: readonly string[]): Promise<string[]> {
  const { stdout } = await hermes.run(["list", "--json", ...args]);
  const { tasks } = JSON.parse(stdout) as { tasks: { task_id: string; status: string; goal: string }[] };
  return tasks.map(({ goal, status }) => `${goal} ${status}`).toSorted();
}

endToEnd("list names each task once when a chat that was killed goes on with one of them", async (hermes) => {
  const chat = ["chat", "--offline", "--yolo"];
  const first = hermes.start(chat);
  for (const goal of ["say: one", "say: two", "wait: 600"]) await first.write(`/delegate ${goal}\n`);
  await hermes.until(
    ["list", "--all"],
    /(?=[^]*completed.*say: one)(?=[^]*completed.*say: two)(?=[^]*running)/,
  );
  first.kill("SIGKILL");
  await hermes.until(["list", "--all"], "interrupted");
  const { stdout } = await hermes.run(["list", "--all", "--status", "interrupted", "--json"]);
  const id = JSON.parse(stdout).tasks[0].task_id;
  const second = hermes.start([...chat, "-c"]);
  await second.write(`/resume ${id}\n`);
  await hermes.until(["list", "--all"], "running");
  const done = ["say: one completed", "say: two completed"];
  assert.deepEqual(await listed(hermes, "--all"), [...done, "wait: 600 running"]);
  assert.deepEqual(await listed(hermes, "--status", "completed"), done);
  assert.deepEqual(await listed(hermes, "--status", "running"), ["wait: 600 running"]);
  assert.deepEqual(await listed(hermes, "--status", "interrupted"), []);
});
