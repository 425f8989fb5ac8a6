import assert from "node:assert/strict";
import { finish } from "../support/delegation_script.ts";
import { TestSession } from "../support/test_session.ts";

/** The nice value of each thread of this process by its id (proc_pid_stat(5), field 19). */
function niceValues(): Map<number, number> {
  const values = new Map<number, number>();
  for (const { name: id } of Deno.readDirSync("/proc/self/task")) {
    const stat = statOf(id);
    if (stat !== null) values.set(Number(id), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]));
  }
  return values;
}

/** What the system tells about a thread; null for one that ended since it was listed. */
function statOf(id: string): string | null {
  try {
    return Deno.readTextFileSync(`/proc/self/task/${id}/stat`);
  } catch (error) {
    // ESRCH: the thread ended between open and read
    if (error instanceof Deno.errors.NotFound || (error as { code?: string }).code === "ESRCH") return null;
    throw error;
  }
}

Deno.test({
  name: "a child stands back behind the thread of its parent",
  ignore: Deno.build.os !== "linux",
  async fn() {
    let seen = new Map<number, number>();
    await using test = await TestSession.open({
      child: () => {
        seen = niceValues();
        return finish("ok");
      },
    });
    const before = niceValues();
    const [task_id] = await test.spawn("look");
    await test.call("collect_task", { task_id });
    assert.equal(seen.get(Deno.pid), before.get(Deno.pid));
    const started = [...seen].filter(([id]) => !before.has(id));
    assert.equal(started.filter(([, nice]) => nice === 10).length, 1);
  },
});
