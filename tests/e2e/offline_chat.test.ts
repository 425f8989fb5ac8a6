import assert from "node:assert/strict";
import { endToEnd } from "../support/end_to_end.ts";

const TASK_ID = "\\bt[0-9a-hjkmnp-tv-z]{5}\\b";

endToEnd(
  "the first chat of the README delegates twice, lists both and brings both results",
  async (hermes) => {
    const chat = hermes.start(["chat", "--offline"]);
    const startedAt = performance.now();
    await chat.write("delegate: wait: 2 then say: one; wait: 2 then say: two\n");
    await chat.stdout.waitFor(new RegExp(`${TASK_ID}[^]*${TASK_ID}`));
    const ids = [...new Set(chat.stdout.text.match(new RegExp(TASK_ID, "g")))];
    assert.equal(ids.length, 2, chat.stdout.text);
    assert.ok(performance.now() - startedAt < 2000, "both ids are there before a task is done");
    const before = chat.stdout.text.length;
    await chat.write("list\n");
    const listed = new RegExp(`^[^]{${before},}${ids[0]}[^]*${ids[1]}`);
    await chat.stdout.waitFor(listed);
    await chat.endInput();
    const { code, stdout, stderr } = await chat.finished;
    assert.equal(code, 0, stderr);
    for (const word of ["one", "two"]) {
      assert.match(stdout.slice(before), new RegExp(`\\b${word}\\b`), "its result came back");
    }
    assert.match(stderr, /offline/, "each run says that the model is the offline one");
  },
);

endToEnd("chat on a pipe takes the next line when the turn before it has ended", async (hermes) => {
  const { code, stdout } = await hermes.run(["chat", "--offline", "-Q"], {
    stdin: "say: first\nsay: second\n",
  });
  assert.equal(code, 0);
  assert.match(stdout, /first[^]*second/);
});

endToEnd("chat PROMPT without a terminal is a one-shot", async (hermes) => {
  const { code, stdout, stderr } = await hermes.run(["chat", "--offline", "-Q", "say: hello there"]);
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "hello there\n", stderr: "" });
});

endToEnd("chat -q - reads the prompt from stdin, and -q does not", async (hermes) => {
  const asked = await hermes.run(["chat", "--offline", "-Q", "-q", "-"], { stdin: "say: from the pipe" });
  assert.deepEqual([asked.code, asked.stdout], [0, "from the pipe\n"]);
  const unread = await hermes.run(["chat", "--offline", "-Q", "-q", "say: hi"], {
    stdin: "say: from the pipe",
  });
  assert.deepEqual([unread.code, unread.stdout, unread.stderr], [0, "hi\n", ""]);
});

endToEnd("the offline model works with files and commands for real", async (hermes) => {
  const prompt = 'delegate and wait: write: made.txt "some words" then run: wc -w < made.txt';
  const { code, stdout } = await hermes.run(["chat", "--offline", "-Q", "-q", prompt]);
  assert.equal(code, 0);
  assert.match(stdout, /\b2\b/);
  assert.match(Deno.readTextFileSync(`${hermes.work}/made.txt`), /^some words\n?$/);
});

endToEnd("chat -q waits for every child before it ends", async (hermes) => {
  const prompt = "delegate: wait: 1 then write: late.txt here";
  const { code } = await hermes.run(["chat", "--offline", "-Q", "-q", prompt]);
  assert.equal(code, 0);
  assert.match(Deno.readTextFileSync(`${hermes.work}/late.txt`), /^here\n?$/);
});
