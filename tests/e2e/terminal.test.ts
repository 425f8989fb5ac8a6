import assert from "node:assert/strict";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { Tmux } from "../support/tmux.ts";

const NEEDS = { commands: ["tmux"] };
const TASK_ID = /t[0-9a-hjkmnp-tv-z]{5}/;

function open(hermes: EndToEnd, args: readonly string[]): Tmux {
  return new Tmux({
    command: [...hermes.launcher.command, ...args],
    env: hermes.environment(),
    cwd: hermes.work,
    socketDir: hermes.root,
  });
}

function enter(terminal: Tmux, line: string): void {
  terminal.type(line);
  terminal.press("Enter");
}

endToEnd("chat on a terminal stays free while children work, and /quit leaves", async (hermes) => {
  using terminal = open(hermes, ["chat", "--offline", "--plain"]);
  await terminal.waitFor(/offline/);
  enter(terminal, "delegate: wait: 3 then say: late news");
  await terminal.waitFor(TASK_ID);
  enter(terminal, "say: still here");
  const screen = await terminal.waitFor(/^(> )?still here$/m); // a line typed during the turn leaves the prompt
  assert.doesNotMatch(
    screen.replaceAll("say: late news", ""),
    /late news/,
    "answered before the child was done",
  );
  await terminal.waitFor(/completed:\s+late news/);
  enter(terminal, "/quit");
  assert.equal(await terminal.ended(), 0);
}, NEEDS);

endToEnd("/list and /cancel work on a terminal while a child runs", async (hermes) => {
  using terminal = open(hermes, ["chat", "--offline", "--plain"]);
  await terminal.waitFor(/offline/);
  enter(terminal, "delegate: wait: 60");
  const [taskId] = TASK_ID.exec(await terminal.waitFor(TASK_ID)) ?? [];
  enter(terminal, "/list");
  await terminal.waitFor(new RegExp(`${taskId} +running`));
  enter(terminal, `/cancel ${taskId}`);
  await terminal.waitFor(/cancelled/);
  enter(terminal, "/quit");
  await terminal.ended();
}, NEEDS);

endToEnd("Ctrl-D on a terminal ends the chat", async (hermes) => {
  using terminal = open(hermes, ["chat", "--offline", "--plain"]);
  await terminal.waitFor(/offline/);
  terminal.press("C-d");
  assert.equal(await terminal.ended(), 0);
}, NEEDS);

endToEnd("Ctrl-C during a turn stops it, says that tasks go on, and the chat with them", async (hermes) => {
  using terminal = open(hermes, ["chat", "--offline"]);
  await terminal.waitFor(/^> $|^>$/m);
  enter(terminal, "delegate and wait: wait: 60");
  await terminal.waitFor(/started: wait: 60/);
  terminal.press("C-c");
  await terminal.waitFor(/stopped; 1 task goes on/);
  enter(terminal, "list");
  await terminal.waitFor(/running, turn \d[^]*slots in use[^]*\n>\s*$/); // the turn has ended
  terminal.press("C-c");
  await terminal.waitFor(/1 task runs\..*\n>\s*$/);
  enter(terminal, "c");
  assert.equal(await terminal.ended(), 130);
}, NEEDS);

endToEnd("delegate on a terminal asks its person once, and what is typed stays there", async (hermes) => {
  using terminal = open(hermes, ["delegate", "--offline", "ask: which colour? then say: thanks", "wait: 60"]);
  await terminal.waitFor(/your answer to t/);
  enter(terminal, "blue");
  const screen = await terminal.waitFor(/The answer to "which colour\?": blue/);
  assert.equal(screen.match(/asks: which colour\?/g)?.length, 1, screen);
  assert.match(screen, /your answer to t[0-9a-hjkmnp-tv-z]{5}: blue\n/);
  assert.doesNotMatch(screen, /waits for an answer/, "no row of the board is left above");
  terminal.press("C-c");
  assert.equal(await terminal.ended(), 130);
}, NEEDS);
