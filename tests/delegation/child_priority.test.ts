import assert from "node:assert/strict";
import { finish } from "../support/delegation_script.ts";
import { TestSession } from "../support/test_session.ts";

/** The nice value of each thread of this process (proc_pid_stat(5), field 19), that of the main thread first. */
function niceValues(): number[] {
  const ids = [...Deno.readDirSync("/proc/self/task")].map(({ name }) => Number(name)).sort((a, b) => a - b);
  return ids.map((id) => {
    const stat = Deno.readTextFileSync(`/proc/self/task/${id}/stat`);
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
  });
}

Deno.test({
  name: "a child stands back behind the thread of its parent",
  ignore: Deno.build.os !== "linux",
  async fn() {
    let seen: number[] = [];
    await using test = await TestSession.open({
      child: () => {
        seen = niceValues();
        return finish("ok");
      },
    });
    const [main] = niceValues();
    const [task_id] = await test.spawn("look");
    await test.call("collect_task", { task_id });
    assert.equal(seen[0], main);
    assert.equal(seen.filter((nice) => nice === 10).length, 1);
  },
});
