import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";

const NEEDS = { commands: ["tmux"] };
const GOAL = "run: rm -r target";
const WHY = "it deletes directories with all they hold";

/** Makes what the goal would delete. */
function plant(hermes: EndToEnd): void {
  mkdirSync(`${hermes.work}/target`, { recursive: true });
}

function isThere(hermes: EndToEnd): boolean {
  return existsSync(`${hermes.work}/target`);
}

async function delegated(hermes: EndToEnd, ...args: readonly string[]): Promise<string> {
  const { stdout } = await hermes.run(["delegate", "--async", "--offline", "-Q", ...args]);
  return stdout.trimEnd();
}

/** Resolves with the record once a task waits for somebody. */
async function waiting(hermes: EndToEnd, id: string) {
  const { code, stdout } = await hermes.run(["collect", "--json", id]);
  assert.equal(code, 4, stdout);
  return JSON.parse(stdout);
}

for (const args of [["delegate", GOAL], ["chat", "-q", `delegate and wait: ${GOAL}`], ["chat", "-q", GOAL]]) {
  endToEnd(`${args.join(" ")} without a person runs nothing that asks, and says so`, async (hermes) => {
    plant(hermes);
    const { stdout, stderr } = await hermes.run([...args, "--offline"]);
    assert.match(stdout, new RegExp(`Cannot run rm -r target: ${WHY}, and nobody here can allow it`));
    assert.match(stderr, /--yolo/);
    assert.equal(isThere(hermes), true);
  });
}

endToEnd("a denied command stands in the evidence and in the events", async (hermes) => {
  plant(hermes);
  const { code, stdout } = await hermes.run(["delegate", "--offline", "--json", GOAL]);
  const [task] = JSON.parse(stdout).results;
  assert.deepEqual([code, task.status, task.outcome, task.evidence.commands], [
    1,
    "completed",
    "partial",
    [],
  ]);
  assert.deepEqual(task.evidence.denied.map(({ what }: { what: string }) => what), ["rm -r target"]);
  const { stdout: lines } = await hermes.run(["delegate", "--offline", "--jsonl", GOAL]);
  const events = lines.trimEnd().split("\n").map((line) => JSON.parse(line));
  const [requested] = events.filter(({ type }) => type === "approval.requested");
  const [answered] = events.filter(({ type }) => type === "approval.answered");
  assert.deepEqual([requested.what, answered.what, answered.allowed], [
    "run: rm -r target",
    "run: rm -r target",
    false,
  ]);
});

for (const args of [["delegate", "--yolo"], ["chat", "--yolo", "-q"]]) {
  endToEnd(`${args.join(" ")} asks for nothing`, async (hermes) => {
    plant(hermes);
    const { code } = await hermes.run([...args, GOAL, "--offline"]);
    assert.deepEqual([code, isThere(hermes)], [0, false]);
  });
}

endToEnd("approvals.mode and approvals.allow of config.yaml hold", async (hermes) => {
  const outcomes = async (approvals: unknown, goal: string) => {
    plant(hermes);
    hermes.configure({ approvals });
    const { stdout } = await hermes.run(["delegate", "--offline", "-Q", goal]);
    return [isThere(hermes), stdout];
  };
  assert.deepEqual(await outcomes({ mode: "off" }, GOAL), [false, `${GOAL} (exit code 0)\n`]);
  assert.deepEqual(await outcomes({ allow: ["rm -r target"] }, GOAL), [false, `${GOAL} (exit code 0)\n`]);
  const [isLeft] = await outcomes({ allow: ["rm -r tar"] }, GOAL);
  assert.equal(isLeft, true);
  const [, echo] = await outcomes({ mode: "all" }, "run: echo hello");
  assert.match(String(echo), /Cannot run echo hello: it runs echo, and nobody/);
  const [, write] = await outcomes({ mode: "all" }, "write: a.txt hello");
  assert.match(String(write), /Cannot write .*a\.txt: it writes a file, and nobody/);
  assert.equal(existsSync(`${hermes.work}/a.txt`), false);
});

endToEnd(
  "a task in the background waits, and approve from another terminal lets it go on",
  async (hermes) => {
    plant(hermes);
    const id = await delegated(hermes, GOAL);
    const task = await waiting(hermes, id);
    assert.deepEqual([task.status, task.waiting_for, task.question], [
      "needs_input",
      "approval",
      `Allow run: rm -r target (${WHY})?`,
    ]);
    const { code, stderr } = await hermes.run(["collect", id]);
    assert.equal(code, 4);
    assert.match(stderr, new RegExp(`waits for approval: .*\nAnswer it with: hermes approve ${id}`));
    assert.match((await hermes.run(["list"])).stdout, new RegExp(`${id} +needs_input \\(approval\\)`));
    assert.equal(isThere(hermes), true);
    const approved = await hermes.run(["approve", id, "--json"]);
    assert.deepEqual([approved.code, JSON.parse(approved.stdout)], [0, {
      ok: true,
      task_id: id,
      what: "run: rm -r target",
      allowed: true,
      scope: "once",
    }]);
    assert.equal((await hermes.run(["collect", id])).code, 0);
    assert.equal(isThere(hermes), false);
  },
);

endToEnd(
  "deny lets a task go on without, and an answer for the session holds for the next task",
  async (hermes) => {
    plant(hermes);
    const first = await delegated(hermes, GOAL);
    await waiting(hermes, first);
    const denied = await hermes.run(["deny", first, "--session"]);
    assert.equal(denied.stdout, `${first} denied: run: rm -r target, and its like for this session\n`);
    const next = await delegated(hermes, GOAL);
    for (const id of [first, next]) {
      const { code, stdout } = await hermes.run(["collect", id]);
      assert.equal(code, 1);
      assert.match(stdout, /the user did not allow it/);
    }
    assert.equal(isThere(hermes), true);
  },
);

endToEnd("approve and deny say what is wrong with an id", async (hermes) => {
  const id = await delegated(hermes, "say: hello");
  await hermes.run(["collect", id]);
  for (
    const [args, code, words] of [
      [["approve", id], 1, /does not wait for approval|is completed/],
      [["deny", "t00000"], 2, /Cannot find task "t00000"/],
      [["approve", "s00000"], 2, /Cannot find session "s00000"/],
      [["approve", id, "--task", "--session"], 2, /--task.*--session|--session.*--task/],
    ] as const
  ) {
    const ended = await hermes.run(args);
    assert.equal(ended.code, code, args.join(" "));
    assert.match(ended.stderr, words);
  }
});

endToEnd("a task that is delegated with --async --yolo asks nobody", async (hermes) => {
  plant(hermes);
  const id = await delegated(hermes, "--yolo", GOAL);
  assert.equal((await hermes.run(["collect", id])).code, 0);
  assert.equal(isThere(hermes), false);
});

endToEnd("in a chat on a terminal a letter answers, and any other line is a message", async (hermes) => {
  plant(hermes);
  using terminal = hermes.onTerminal(["chat", "--offline", "--plain"], { columns: 160 });
  await terminal.waitFor(/offline/);
  terminal.enter(`delegate: ${GOAL}`);
  await terminal.waitFor(new RegExp(`wants to run: rm -r target \\(${WHY}\\)\\. Allow\\?`));
  terminal.enter("say: still here");
  await terminal.waitFor(/^(> )?still here$/m);
  assert.equal(isThere(hermes), true);
  terminal.enter("y");
  await terminal.waitFor(/completed:\s+run: rm -r target \(exit code 0\)/);
  assert.equal(isThere(hermes), false);
  plant(hermes);
  terminal.enter(GOAL);
  await terminal.waitFor(/The agent wants to run: rm -r target/);
  terminal.enter("n");
  await terminal.waitFor(/the user did not allow it/);
  assert.equal(isThere(hermes), true);
  terminal.enter("/quit");
  assert.equal(await terminal.ended(), 0);
}, NEEDS);

endToEnd(
  "what the agent of a chat asks can be answered from another terminal by its session",
  async (hermes) => {
    plant(hermes);
    using terminal = hermes.onTerminal(["chat", "--offline", "--plain"], { columns: 160 });
    await terminal.waitFor(/offline/);
    terminal.enter(GOAL);
    await terminal.waitFor(/The agent wants to run: rm -r target/);
    const { stdout } = await hermes.run(["sessions", "list", "--all", "--json"]);
    const [{ session_id }] = JSON.parse(stdout).sessions;
    let answer = await hermes.run(["approve", session_id]);
    while (/nothing of it runs/.test(answer.stderr)) answer = await hermes.run(["approve", session_id]); // not listening yet
    assert.deepEqual([answer.code, answer.stdout], [0, "allowed: run: rm -r target\n"]);
    await terminal.waitFor(/rm -r target \(exit code 0\)/);
    terminal.enter("/quit");
    assert.equal(await terminal.ended(), 0);
  },
  NEEDS,
);

endToEnd("delegate on a terminal asks there", async (hermes) => {
  plant(hermes);
  using terminal = hermes.onTerminal(["delegate", "--offline", GOAL], { columns: 160 });
  await terminal.waitFor(/wants to run: rm -r target .*Allow\?/);
  terminal.enter("perhaps");
  await terminal.waitFor(/perhaps[^]*Allow\?[^]*Allow\?|Allow\?[^]*perhaps[^]*Allow\?/);
  terminal.enter("y");
  assert.equal(await terminal.ended(), 0);
  assert.equal(isThere(hermes), false);
}, NEEDS);

for (
  const command of ["halt", "rm -rf ~", "systemd-run --user reboot", "echo x > $HERMES_HOME/config.yaml"]
) {
  endToEnd(`${command} is refused with --yolo too`, async (hermes) => {
    const { stdout } = await hermes.run(["delegate", "--yolo", "--offline", "-Q", `run: ${command}`]);
    assert.match(stdout, /, and no agent may, whoever allows it/);
    assert.equal(existsSync(`${hermes.hermesHome}/config.yaml`), false);
  });
}

endToEnd(
  "a file that was there before is not lost unasked, one that the task made is its own",
  async (hermes) => {
    writeFileSync(`${hermes.work}/old.txt`, "words");
    const said = async (goal: string) => (await hermes.run(["delegate", "--offline", "-Q", goal])).stdout;
    assert.match(await said("run: rm old.txt"), /deletes or overwrites files that were there before/);
    assert.match(await said("run: echo x > old.txt"), /deletes or overwrites files that were there before/);
    assert.match(await said("run: echo x > new.txt; rm new.txt"), /exit code 0/);
    assert.equal(readFileSync(`${hermes.work}/old.txt`, "utf8"), "words");
  },
);
