import assert from "node:assert/strict";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";

/** What an agent of the offline model gets of a command, below the line that says how it ended. */
async function said(hermes: EndToEnd, command: string, env: Record<string, string> = {}): Promise<string> {
  const finished = await hermes.run(["chat", "--offline", "-Q", "--yolo", "-q", `run: ${command}`], { env });
  assert.deepEqual([finished.code, finished.stderr], [0, ""]);
  return finished.stdout;
}

endToEnd("lets a command's scripts open their output by its names", async (hermes) => {
  const lines = [
    "echo 1 >/dev/stdout",
    "echo 2 >/dev/stderr",
    "echo 3 | tee /dev/stdout",
    "echo 4 | tee /dev/stderr",
  ];
  const more = ["echo 5 | cat >/proc/self/fd/1", "echo 6 >/dev/fd/2", "sh -c 'echo 7 >>/dev/stderr'"];
  const command = [...lines, ...more].join("; ");
  assert.equal(
    await said(hermes, command),
    `run: ${command} (exit code 0)\n1\n2\n3\n3\n4\n4\n5\n6\n7\n`,
  );
});

endToEnd("names the signal that ended a command", async (hermes) => {
  for (const name of ["SEGV", "KILL", "ABRT", "PIPE"]) {
    const command = `kill -${name} $$`;
    assert.match(await said(hermes, command), new RegExp(`\\(it was killed\\)\nSIG${name} ended it\n$`));
  }
  const inner = "sh -c 'kill -9 $$'; exit $?";
  assert.match(
    await said(hermes, inner),
    /\(exit code 137\)\n[^]*137 is what a shell gives when SIGKILL ended a/,
  );
});

endToEnd("lets no editor, pager or question wait for somebody", async (hermes) => {
  const env = { EDITOR: "sleep 600;", GIT_EDITOR: "sleep 600;", VISUAL: "sleep 600;", PAGER: "sleep 600;" };
  const made =
    "git init -q . && git config user.name a && git config user.email a@b.c && git config core.pager 'sleep 600;'";
  await said(hermes, `${made} && echo x >x && git add x && git commit -qm one`, env);
  for (const command of ["git commit --allow-empty", "git rebase -i --root", "git commit --amend"]) {
    assert.match(await said(hermes, command, env), /\(exit code [1-9]\d*\)\nNo editor here: pass the text/);
  }
  assert.match(await said(hermes, "git -p log --format=%s", env), /\(exit code 0\)\none\n$/);
  assert.match(await said(hermes, "read -r answer </dev/tty; read -r answer; echo done", env), /done\n$/);
});
