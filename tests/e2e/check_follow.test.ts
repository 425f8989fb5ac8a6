import assert from "node:assert/strict";
import { endToEnd } from "../support/end_to_end.ts";

endToEnd("check --follow of a delivered task tells its end once", async (hermes) => {
  const { stdout } = await hermes.run(["delegate", "--offline", "--json", "-Q", "say: done"]);
  const id: string = JSON.parse(stdout).results[0].task_id;
  const followed = await hermes.run(["check", "--follow", id]);
  assert.equal(followed.code, 0);
  assert.equal(followed.stdout.match(/ completed /g)?.length, 1, followed.stdout);
});

endToEnd("check refuses the options of --follow without it", async (hermes) => {
  const { stdout } = await hermes.run(["delegate", "--offline", "--json", "-Q", "say: done"]);
  const id: string = JSON.parse(stdout).results[0].task_id;
  for (const option of [["--jsonl"], ["--since", "1"]]) {
    const { code, stdout, stderr } = await hermes.run(["check", id, ...option]);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /^hermes: Cannot use --\w+ without --follow/);
  }
});
