import assert from "node:assert/strict";
import { assertShape } from "../support/contract_shapes.ts";
import { finish, spawnCall } from "../support/delegation_script.ts";
import { endToEnd } from "../support/end_to_end.ts";
import { assertNothingInside } from "../support/one_message.ts";
import { useServer } from "../support/scripted_home.ts";
import {
  callTools,
  hold,
  say,
  type ScriptedServer,
  startScriptedServer,
} from "../support/scripted_server.ts";
import { isChild, turnOf, userMessages } from "../support/wire_reading.ts";

const TASK_ID = /t[0-9a-hjkmnp-tv-z]{5}/;

endToEnd("/help lists the commands, each with what it does", async (hermes) => {
  const { code, stdout } = await hermes.run(["chat", "-Q", "--offline"], { stdin: "/help\n" });
  assert.equal(code, 0);
  const names = stdout.trimEnd().split("\n").map((line) => /^(\/[a-z]+)[^a-z].{10,}$/.exec(line)?.[1]);
  const expected =
    "help delegate check steer collect cancel list agents tasks model toolsets compact new stop quit";
  for (const name of expected.split(" ")) assert.ok(names.includes(`/${name}`), `/${name} in ${names}`);
});

/** Lines that cannot be carried out, and what is said of each. */
const WRONG: readonly (readonly [line: string, says: RegExp])[] = [
  ["/frob", /"\/frob".*no such command\nCommands: \/help, /],
  ["/check", /^hermes: Cannot run \/check: no task is named\nThere are no tasks yet\n$/],
  ["/steer", /no task is named/],
  ["/cancel", /no task is named/],
  ["/resume", /^hermes: Cannot run \/resume: no task is named\nNo task of this chat is interrupted\n$/],
  ["/lst", /there is no such command, did you mean "\/list"\?\n/],
  ["/check t00000", /"t00000"/],
  ["/steer t00000", /message/],
  ["/steer t00000 go", /"t00000"/],
  ["/collect t00000 t00001", /"t00000"/],
  ["/cancel t00000", /"t00000"/],
  ["/delegate", /goal/],
  ["/delegate x --tier huge", /"huge"/],
  [
    "/delegate x --depth 3",
    /^hermes: Cannot run \/delegate: there is no option --depth\nUsage: \/delegate GOAL\nOptions: --/,
  ],
  ['/delegate {"goal": ', /JSON/],
  ["/list everything", /"everything"/],
];

for (const [line, says] of WRONG) {
  endToEnd(`answers ${line} with one message, and the chat goes on`, async (hermes) => {
    const finished = await hermes.run(["chat", "-Q", "--offline"], { stdin: `${line}\nsay: still here\n` });
    assert.deepEqual([finished.code, finished.stdout], [0, "still here\n"]);
    assert.match(finished.stderr, /^hermes: Cannot .*\n(?:.+\n){0,2}$/);
    assert.match(finished.stderr, says);
    assert.doesNotMatch(
      finished.stderr,
      /_tasks?\b|\btask_/,
      "a person reads no names of tools and arguments",
    );
    assertNothingInside(finished.stderr);
  });
}

endToEnd("/check, /steer and /cancel without an id say which tasks there are", async (hermes) => {
  const chat = hermes.start(["chat", "-Q", "--offline"]);
  await chat.write("/delegate wait: 60 --name sleeper\n");
  const [id] = await chat.stdout.waitFor(TASK_ID);
  for (const word of ["check", "steer", "cancel"]) {
    await chat.write(`/${word}\n`);
    await chat.stderr.waitFor(
      new RegExp(`Cannot run /${word}: no task is named\n${id} running: sleeper: wait: 60\n`),
    );
  }
  await chat.write(`/cancel ${id}\n`);
  await chat.stdout.waitFor(new RegExp(`${id} cancelled`));
  await chat.write("/cancel\n/check\n");
  await chat.stderr.waitFor(/no task is named\nNo task runs\n/);
  await chat.stderr.waitFor(new RegExp(`no task is named\n${id} cancelled: sleeper: wait: 60\n`));
  await chat.write("/exit\n");
  assert.equal((await chat.finished).code, 0);
});

for (
  const [goal, shown] of [
    ["say: all of it", "all of it\n"],
    ["write: a/b/c.txt x then run: false", "work/a/b/c.txt, 1 bytes"],
  ] as const
) {
  endToEnd(
    `shows the whole result of a person's own /delegate ${goal.split(":")[0]} when it ends`,
    async (hermes) => {
      const { code, stdout } = await hermes.run(["chat", "-Q", "--offline"], {
        stdin: `/delegate ${goal}\n`,
      });
      assert.equal(code, goal.startsWith("say") ? 0 : code);
      assert.match(
        stdout,
        new RegExp(`==> ${TASK_ID.source} ${RegExp.escape(goal)} <==\n[^]*${RegExp.escape(shown)}`, "i"),
      );
    },
  );
}

endToEnd("the lifecycle goes by slash commands alone, without a turn", async (hermes) => {
  const gate = Promise.withResolvers<void>();
  await using server: ScriptedServer = await startScriptedServer((request) =>
    hold(
      turnOf(request) === 1 ? Promise.resolve() : gate.promise,
      turnOf(request) === 1
        ? callTools([{ name: "terminal", args: { command: "echo one line" } }])
        : finish("the summary"),
    )
  );
  useServer(hermes, server.baseUrl, { delegation: { wake_parent: false } });
  const chat = hermes.start(["chat", "-Q"]);
  await chat.write("/delegate look around --name scout\n");
  const [id] = await chat.stdout.waitFor(new RegExp(`${TASK_ID.source}(?= (queued|running): scout: look)`));
  await server.waitForRequest((request) => turnOf(request) === 2);
  await chat.write(`/check ${id}\n`);
  await chat.stdout.waitFor(new RegExp(`id: ${id}[^]*name: scout[^]*status: running[^]*one line`));
  await chat.write("/list\n");
  await chat.stdout.waitFor(new RegExp(`ID +STATUS[^]*${id} +running[^]*slots: 1 of 10 running`));
  await chat.write(`/steer ${id} be quick\n`);
  await chat.stdout.waitFor(new RegExp(`${id} \\S+ queued`));
  await chat.write(`/collect ${id}\n`);
  gate.resolve();
  await chat.stdout.waitFor(/^the summary$/m);
  await chat.write(`/cancel ${id}\n`);
  await chat.stdout.waitFor(new RegExp(`${id} was already completed`));
  await chat.write("/quit\n/list\n");
  const { code, stderr } = await chat.finished;
  assert.deepEqual([code, stderr], [0, ""]);
  assert.ok(server.requests.every(isChild), "no model of the chat was asked");
  assert.match(userMessages(server.requests.at(-1)!.body).at(-1)!, /be quick/);
});

endToEnd(
  "/list, /check, /steer and /cancel are taken while a turn runs, other lines wait",
  async (hermes) => {
    const gate = Promise.withResolvers<void>();
    await using server: ScriptedServer = await startScriptedServer((request) => {
      if (isChild(request)) return new Promise(() => {});
      if (turnOf(request) === 1) return callTools([spawnCall("GOAL-ALPHA")]);
      return turnOf(request) === 2 ? hold(gate.promise, say("first turn")) : say(`answer ${turnOf(request)}`);
    });
    useServer(hermes, server.baseUrl);
    const chat = hermes.start(["chat", "-Q"]);
    await chat.write("go\n");
    await server.waitForRequest((request) => !isChild(request) && turnOf(request) === 2);
    await chat.write("/model\nsecond message\n/list\n");
    await chat.stdout.waitFor(/slots: 1 of 10 running/);
    const [id = ""] = TASK_ID.exec(chat.stdout.text) ?? [];
    await chat.write(`/check ${id}\n`);
    await chat.stdout.waitFor(/status: running/);
    await chat.write(`/steer ${id} hurry\n`);
    await chat.stdout.waitFor(new RegExp(`${id} \\S+ queued`));
    await chat.write(`/cancel ${id}\n`);
    await chat.stdout.waitFor(new RegExp(`${id} cancelled`));
    assert.doesNotMatch(chat.stdout.text, /scripted-model$|first turn|answer/m);
    gate.resolve();
    await chat.endInput();
    const { code, stdout } = await chat.finished;
    assert.equal(code, 0);
    assert.match(stdout, /first turn\n(?:answer 3\n)?scripted\/scripted-model\nanswer \d\n$/);
  },
);

endToEnd("/stop ends the turn that runs; its tasks and the chat go on", async (hermes) => {
  const child = Promise.withResolvers<void>();
  await using server: ScriptedServer = await startScriptedServer((request) => {
    if (isChild(request)) return hold(child.promise, finish("found it"));
    if (turnOf(request) === 1) {
      return callTools([{ name: "delegate_task", args: { goal: "GOAL-ALPHA" } }]);
    }
    return say(userMessages(request.body).at(-1)!.includes("found it") ? "heard of it" : "here again");
  });
  useServer(hermes, server.baseUrl);
  const chat = hermes.start(["chat"]);
  await chat.write("go\n");
  await server.waitForRequest(isChild);
  await chat.write("/stop\n");
  await chat.stderr.waitFor(/^hermes: stopped; 1 task goes on/m);
  await chat.write("hello\n");
  await chat.stdout.waitFor(/here again/);
  child.resolve();
  await chat.endInput();
  const { code, stdout } = await chat.finished;
  assert.deepEqual([code, stdout], [0, "here again\nheard of it\n"]);
});

endToEnd("/new forgets the conversation and /model changes the model of what comes", async (hermes) => {
  await using server = await startScriptedServer(({ index }) => say(`answer ${index}`));
  useServer(hermes, server.baseUrl);
  const stdin = "the first word\n/new\n/model other-model\nthe second word\n";
  const { code, stdout } = await hermes.run(["chat", "-Q"], { stdin });
  assert.deepEqual([code, stdout], [0, "answer 0\nscripted/other-model\nanswer 1\n"]);
  const [first, second] = server.requests;
  assert.deepEqual([first!.body.model, second!.body.model], ["scripted-model", "other-model"]);
  assert.deepEqual(userMessages(second!.body), ["the second word"]);
});

endToEnd("/toolsets names what there is and why the rest is left out", async (hermes) => {
  const { stdout } = await hermes.run(["chat", "-Q", "--offline"], { stdin: "/toolsets\n" });
  assert.match(stdout, /^terminal$/m);
  assert.match(stdout, /^file$/m);
  for (const line of stdout.trimEnd().split("\n")) assert.match(line, /^[a-z_]+(: left out, .{8,})?$/);
});

endToEnd("a path or a comment is a message, no command", async (hermes) => {
  await using server = await startScriptedServer(({ index }) => say(`answer ${index}`));
  useServer(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(["chat", "-Q"], { stdin: "/etc/hosts is what?\n// hm\n\n" });
  assert.deepEqual([code, stdout], [0, "answer 0\nanswer 1\n"]);
});

endToEnd("/quit cancels what still runs, and says so by its exit code", async (hermes) => {
  await using server: ScriptedServer = await startScriptedServer(() => new Promise(() => {}));
  useServer(hermes, server.baseUrl);
  const chat = hermes.start(["chat"]);
  await chat.write("/delegate GOAL-ALPHA\n");
  await server.waitForRequest(isChild);
  await chat.write("/quit\n");
  const { code, stderr } = await chat.finished;
  assert.equal(code, 1, "a task is unfinished");
  assert.match(stderr, /cancelled/);
});

endToEnd("--jsonl answers slash commands by events, so that every line is JSON", async (hermes) => {
  const lines = ["/collect", "/delegate say: one", "/collect", "/toolsets", "/check t00000", "/frob"];
  const stdin = lines.map((line) => `${line}\n`).join("");
  const { code, stdout, stderr } = await hermes.run(["chat", "-Q", "--offline", "--jsonl"], { stdin });
  assert.equal(code, 0);
  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  for (const event of events) assertShape("seq" in event ? "journalEvent" : "lossyEvent", event);
  const answers = events.filter(({ type }) => type === "slash.answered");
  const to = (line: string) => answers.filter((answer) => answer.line === line);
  assert.deepEqual(answers.map(({ line }) => line).toSorted(), lines.toSorted());
  assertShape("spawn", to("/delegate say: one")[0].reply);
  const [none, one] = to("/collect");
  assert.deepEqual(none.reply, { results: [], pending: [], timed_out: false });
  assert.equal(one.reply.results[0].summary, "one");
  assert.match(to("/toolsets")[0].text, /^web/);
  assert.equal(to("/check t00000")[0].error.code, "unknown_task");
  assert.equal(to("/frob")[0].error.code, "unknown_command");
  assert.equal(stderr.match(/^hermes: Cannot /gm)?.length, 2, "errors are told to people too");
});

endToEnd("/collect says that there is nothing to collect", async (hermes) => {
  const { code, stdout, stderr } = await hermes.run(["chat", "-Q", "--offline"], { stdin: "/collect\n" });
  assert.deepEqual([code, stderr, stdout], [0, "", "nothing to collect: no task runs and no result waits\n"]);
});

endToEnd("/model says what a name was taken for", async (hermes) => {
  await using server = await startScriptedServer(() => say("ok"));
  useServer(hermes, server.baseUrl);
  const stdin = "/model nope\n/model nonesuch/x\n/model scripted\n/model\n";
  const { stdout, stderr } = await hermes.run(["chat"], { stdin });
  assert.equal(stdout, "scripted/nope\nscripted/nonesuch/x\nscripted/scripted\nscripted/scripted\n");
  assert.equal(
    stderr,
    `hermes: "nope" was taken for a model of "scripted", and nothing is known of it here (hermes models --provider scripted lists what there is)
hermes: no provider is called "nonesuch", so "nonesuch/x" was taken for a model of "scripted"
hermes: "scripted" is a provider and was taken for a model of "scripted": name one of its models as scripted/NAME
`,
  );
  assert.equal((await hermes.run(["chat", "-Q"], { stdin })).stderr, "");
});
