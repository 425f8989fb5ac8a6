import assert from "node:assert/strict";
import { endToEnd } from "../support/end_to_end.ts";

const NEEDS = { commands: ["tmux"] };
const TASK_ID = /t[0-9a-hjkmnp-tv-z]{5}/;

endToEnd("chat on a terminal stays free while children work, and /quit leaves", async (hermes) => {
  using terminal = hermes.onTerminal(["chat", "--offline", "--plain"]);
  await terminal.waitFor(/offline/);
  terminal.enter("delegate: wait: 3 then say: late news");
  await terminal.waitFor(TASK_ID);
  terminal.enter("say: still here");
  const screen = await terminal.waitFor(/^(> )?still here$/m); // a line typed during the turn leaves the prompt
  assert.doesNotMatch(
    screen.replaceAll("say: late news", ""),
    /late news/,
    "answered before the child was done",
  );
  await terminal.waitFor(/completed:\s+late news/);
  terminal.enter("/quit");
  assert.equal(await terminal.ended(), 0);
}, NEEDS);

endToEnd("/list and /cancel work on a terminal while a child runs", async (hermes) => {
  using terminal = hermes.onTerminal(["chat", "--offline", "--plain"]);
  await terminal.waitFor(/offline/);
  terminal.enter("delegate: wait: 60");
  const [taskId] = TASK_ID.exec(await terminal.waitFor(TASK_ID)) ?? [];
  terminal.enter("/list");
  await terminal.waitFor(new RegExp(`${taskId} +running`));
  terminal.enter(`/cancel ${taskId}`);
  await terminal.waitFor(/cancelled/);
  terminal.enter("/quit");
  await terminal.ended();
}, NEEDS);

endToEnd("Ctrl-D on a terminal ends the chat", async (hermes) => {
  using terminal = hermes.onTerminal(["chat", "--offline", "--plain"]);
  await terminal.waitFor(/offline/);
  terminal.press("C-d");
  assert.equal(await terminal.ended(), 0);
}, NEEDS);

endToEnd("Ctrl-C during a turn stops it, says that tasks go on, and the chat with them", async (hermes) => {
  using terminal = hermes.onTerminal(["chat", "--offline"]);
  await terminal.waitFor(/^> $|^>$/m);
  terminal.enter("delegate and wait: wait: 60");
  await terminal.waitFor(/started: wait: 60/);
  terminal.press("C-c");
  await terminal.waitFor(/stopped; 1 task goes on/);
  terminal.enter("list");
  await terminal.waitFor(/running, turn \d[^]*slots in use[^]*\n>\s*$/); // the turn has ended
  terminal.press("C-c");
  await terminal.waitFor(/1 task runs\..*\n>\s*$/);
  terminal.enter("c");
  assert.equal(await terminal.ended(), 130);
}, NEEDS);

endToEnd("delegate on a terminal asks its person once, and what is typed stays there", async (hermes) => {
  using terminal = hermes.onTerminal([
    "delegate",
    "--offline",
    "ask: which colour? then say: thanks",
    "wait: 60",
  ]);
  await terminal.waitFor(/your answer to t/);
  terminal.enter("blue");
  const screen = await terminal.waitFor(/The answer to "which colour\?": blue/);
  assert.equal(screen.match(/asks: which colour\?/g)?.length, 1, screen);
  assert.match(screen, /your answer to t[0-9a-hjkmnp-tv-z]{5}: blue\n/);
  assert.doesNotMatch(screen, /waits for an answer/, "no row of the board is left above");
  terminal.press("C-c");
  assert.equal(await terminal.ended(), 130);
}, NEEDS);

for (const [answer, seen, code] of [["y", /^> $|^>$/m, 0], ["n", /--offline/, 78]] as const) {
  endToEnd(
    `with NO_COLOR the offline model is offered by a line, which ${answer} answers`,
    async (hermes) => {
      using terminal = hermes.onTerminal(["chat"], { env: { NO_COLOR: "1" } });
      await terminal.waitFor(/OPENAI_API_KEY is not set[^]*Try the offline model.* \[y\/N\]/);
      terminal.enter(answer);
      await terminal.waitFor(seen);
      if (code === 0) terminal.press("C-d");
      assert.equal(await terminal.ended(), code);
    },
    NEEDS,
  );
}
