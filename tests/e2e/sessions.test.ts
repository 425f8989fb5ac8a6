import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { endToEnd } from "../support/end_to_end.ts";
import { endDetachedHosts } from "../support/host_end.ts";

endToEnd("a chat and its tasks are there afterwards, to show, to export and to remove", async (hermes) => {
  const prompt = "delegate and wait: run: echo it-was-run";
  const asked = await hermes.run(["chat", "--offline", "-Q", "-q", prompt, "--json"]);
  const { session_id, tasks: [{ task_id }] } = JSON.parse(asked.stdout);
  const listed = JSON.parse((await hermes.run(["sessions", "list", "--json"])).stdout).sessions;
  assert.deepEqual(
    listed.map((
      each: { session_id: string; title: string; cwd: string },
    ) => [each.session_id, each.title, each.cwd]),
    [[session_id, prompt, hermes.work]],
  );
  const shown = await hermes.run(["sessions", "show", session_id]);
  assert.match(shown.stdout, new RegExp(`> ${prompt}\n[^]*${task_id} completed: run: echo it-was-run\n`));
  const { transcript } = JSON.parse((await hermes.run(["collect", task_id, "--json"])).stdout);
  assert.equal(transcript, `hermes sessions show ${task_id}`);
  const task = await hermes.run(transcript.split(" ").slice(1));
  assert.match(task.stdout, /ran: echo it-was-run \(exit code 0\)/);
  const exported = JSON.parse((await hermes.run(["sessions", "export", session_id])).stdout);
  const seqs = exported.events.map(({ seq }: { seq: number }) => seq);
  assert.deepEqual(seqs, seqs.map((_: number, index: number) => index + 1), "events without gaps");
  const markdown = await hermes.run(["sessions", "export", task_id, "--format", "markdown"]);
  assert.match(markdown.stdout, new RegExp(`### ${task_id}: run: echo it-was-run\n`));
  const removed = await hermes.run(["sessions", "rm", session_id]);
  assert.deepEqual([removed.code, removed.stdout, removed.stderr], [0, `${session_id}\n`, ""]);
  assert.equal((await hermes.run(["sessions", "show", session_id])).code, 2);
});

endToEnd("what is old is removed by whatever runs for a while, if the config says so", async (hermes) => {
  const printed = ["delegate", "--offline", "-Q", "--json", "say: printed"];
  const done = JSON.parse((await hermes.run(printed)).stdout).results[0].task_id;
  const async = await hermes.run(["delegate", "--offline", "-Q", "--async", "say: not printed"]);
  await hermes.run(["check", "--follow", async.stdout.trim()]);
  await endDetachedHosts(hermes.hermesHome);
  const sessions = async () =>
    JSON.parse((await hermes.run(["sessions", "list", "--all", "--json"])).stdout).sessions;
  const [waits, goes] = await sessions();
  {
    using database = new DatabaseSync(`${hermes.hermesHome}/sessions.db`);
    database.exec("UPDATE sessions SET last_at = last_at - 40 * 86400000");
  }
  hermes.configure({ sessions: { retention_days: 30 } });
  const [last] = JSON.parse((await hermes.run([...printed.slice(0, -1), "wait: 3"])).stdout).results;
  const left = (await sessions()).map(({ session_id }: { session_id: string }) => session_id);
  assert.equal(waits.tasks.undelivered, 1);
  assert.deepEqual(left.slice(1), [waits.session_id]);
  assert.ok(!left.includes(goes.session_id), "over and delivered");
  assert.equal((await hermes.run(["check", done])).code, 2);
  assert.equal((await hermes.run(["check", last.task_id])).code, 0);
});
