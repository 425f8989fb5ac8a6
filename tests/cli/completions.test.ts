import assert from "node:assert/strict";
import { Command } from "@commander-js/extra-typings";
import { commandWords } from "../../lib/cli/completions/words.ts";
import { completionScript } from "../../lib/cli/completions/script.ts";
import type { TaskStatus } from "../../lib/protocol/task_state.ts";
import { openStore } from "../../lib/store/open_store.ts";
import type { TaskRow } from "../../lib/store/store.ts";
import { systemClock } from "../../lib/support/clock.ts";
import { isInstalled } from "../support/end_to_end.ts";
import { offersOf } from "../support/shell_offers.ts";
import { runCli } from "../support/run_cli.ts";
import { TempDir } from "../support/temp_dir.ts";
import { taskRecord } from "../support/task_records.ts";

function sampleProgram(): Command {
  const program = new Command("hermes").option("--a-flag", "It's a flag");
  program.command("config").description("Show: settings").command("get").option("-k, --key <name>", "A key");
  program.command("secret", { hidden: true });
  return program;
}

Deno.test("commandWords() has each visible command with its words", () => {
  const help = { forms: ["-h", "--help"], about: "display help for command", takesValue: false, values: [] };
  const words = commandWords(sampleProgram());
  assert.deepEqual(words.map(({ path }) => path), [[], ["config"], ["config", "get"]]);
  assert.deepEqual(words[0]?.commands.map(({ text }) => text), ["config", "help"]);
  assert.deepEqual(words.map(({ takesTasks }) => takesTasks), [false, false, false]);
  assert.deepEqual(words[2]?.options, [{
    forms: ["-k", "--key"],
    about: "A key",
    takesValue: true,
    values: [],
  }, help]);
});

/** Words that bash offers at the end of `line`. */
async function offeredByBash(script: string, line: string): Promise<string[]> {
  const words = line.split(" ");
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const ask = `COMP_WORDS=(${quoted}); COMP_CWORD=${
    words.length - 1
  }; _hermes; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: ["--norc", "-c", `${script}\n${ask}`],
  }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).split("\n").filter((word) => word !== "");
}

Deno.test("the script for bash follows the commands on the line", async () => {
  const script = completionScript("bash", sampleProgram());
  assert.deepEqual(await offeredByBash(script, "hermes co"), ["config"]);
  assert.deepEqual(await offeredByBash(script, "hermes --a-flag config g"), ["get"]);
  assert.deepEqual(await offeredByBash(script, "hermes config get --"), ["--key", "--help"]);
  assert.deepEqual(await offeredByBash(script, "hermes config get x"), []);
});

/** The options and arguments of the program whose values are known. */
const VALUES: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ["hermes list --status f", ["failed"]],
  ["hermes ls --status c", ["cancelled", "completed"]],
  ["hermes sessions export s7f3k9 --format ", ["json", "markdown"]],
  ["hermes delegate -t f", ["file", "file_read"]],
  ["hermes chat --toolsets we", ["web"]],
  ["hermes completions ", ["bash", "fish", "zsh"]],
];

for (const shell of ["bash", "zsh", "fish"] as const) {
  Deno.test({
    name: `${shell} offers the values of options and arguments that can be listed`,
    ignore: !isInstalled(shell),
    async fn() {
      const script = (await runCli(["completions", shell])).stdout;
      for (const [line, offered] of VALUES) {
        const offers = shell === "bash"
          ? await offeredByBash(script, line)
          : await offersOf(shell, script, line);
        const words = offers.filter((word) => !word.startsWith("-") && word !== "script");
        assert.deepEqual(words.toSorted(), offered, line);
      }
    },
  });
}

for (const shell of ["zsh", "fish"] as const) {
  Deno.test({
    name: `${shell} offers what its script says, where it belongs`,
    ignore: !isInstalled(shell),
    async fn() {
      const program = sampleProgram();
      program.command("list").alias("ls").option("--status <word>", "Only these");
      const script = completionScript(shell, program);
      const offers = (line: string) => offersOf(shell, script, line);
      assert.deepEqual(await offers("hermes "), ["config", "help", "list"]);
      assert.deepEqual(await offers("hermes co"), ["config"]);
      assert.deepEqual(await offers("hermes --a-flag config g"), ["get"]);
      assert.deepEqual(await offers("hermes config get --k"), ["--key"]);
      assert.deepEqual(await offers("hermes ls --s"), ["--status"]);
      assert.deepEqual(
        await offers("hermes config get scr"),
        ["script"],
        "files where nothing else is known",
      );
    },
  });

  Deno.test({
    name: `${shell} offers the ids of tasks where one is expected, and files when there is none`,
    ignore: !isInstalled(shell),
    async fn() {
      using dir = new TempDir();
      const program = new Command("hermes");
      program.command("check").argument("<ids...>").option("--follow");
      const script = completionScript(shell, program);
      const hermes = dir.at("hermes");
      const says = (words: string) => {
        Deno.writeTextFileSync(hermes, `#!/bin/sh\nprintf '${words}'\n`);
        Deno.chmodSync(hermes, 0o755);
      };
      says("tccccc\\trunning: it is 3:00\\ntbbbbb\\tfailed\\n");
      assert.deepEqual(await offersOf(shell, script, `${hermes} check t`), ["tbbbbb", "tccccc"]);
      assert.deepEqual(await offersOf(shell, script, `${hermes} check tccccc tb`), ["tbbbbb"]);
      assert.deepEqual(await offersOf(shell, script, `${hermes} check --f`), ["--follow"]);
      says("");
      assert.deepEqual(
        await offersOf(shell, script, `${hermes} check `),
        shell === "zsh" ? ["inner", "outer", "script"] : [],
      );
    },
  });
}

Deno.test("hermes completions prints the script of a shell and knows no others", async () => {
  const { code, stdout, stderr } = await runCli(["completions", "fish"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^complete -c hermes .*'config'/m);
  const refused = await runCli(["completions", "tcsh"]);
  assert.deepEqual(refused, {
    code: 2,
    stdout: "",
    stderr: 'hermes: Cannot use "tcsh" for SHELL: expected one of bash, zsh, fish\n',
  });
});

function storedTask(taskId: string, status: TaskStatus, createdAt: number): TaskRow {
  const { snapshot } = taskRecord({ taskId, goal: `the goal\nof ${taskId}` });
  const ended = status === "running" ? null : createdAt + 1;
  return {
    taskId,
    sessionId: "",
    ownerId: null,
    hostId: "h1",
    status,
    createdAt,
    endedAt: ended,
    body: snapshot,
  };
}

/** A state directory with a task that runs, one that was collected and one that was not. */
function homeWithTasks(dir: TempDir): string {
  using store = openStore(dir.path, { clock: systemClock });
  const model = { provider: "offline", model: "offline", reasoningEffort: null };
  using session = store.begin({ kind: "detached", cwd: "/", model }, "h1", () => {});
  const rows = [
    storedTask("taaaaa", "completed", 1),
    storedTask("tbbbbb", "failed", 2),
    storedTask("tccccc", "running", 3),
  ];
  for (const row of rows) session.taskChanged(row.taskId, () => ({ ...row, sessionId: session.sessionId }));
  session.flush();
  store.tasks.deliver("taaaaa", "print");
  return dir.path;
}

Deno.test("hermes __tasks prints what may be wanted, and is silent where there is nothing", async () => {
  using dir = new TempDir();
  const none = { code: 0, stdout: "", stderr: "" };
  assert.deepEqual(await runCli(["__tasks"], { env: { HERMES_HOME: dir.at("absent") } }), none);
  assert.deepEqual(await runCli(["__tasks"], {}), none);
  const stdout = "tccccc\trunning: the goal of tccccc\ntbbbbb\tfailed: the goal of tbbbbb\n";
  const env = { HERMES_HOME: homeWithTasks(dir) };
  assert.deepEqual(await runCli(["__tasks"], { env }), { ...none, stdout });
  Deno.writeTextFileSync(dir.at("sessions.db"), "this is no database");
  assert.deepEqual(await runCli(["__tasks"], { env }), none);
});

Deno.test("the script for bash offers the ids of tasks where one is expected", async () => {
  using dir = new TempDir();
  Deno.writeTextFileSync(
    dir.at("hermes"),
    "#!/bin/sh\nprintf 'tccccc\\trunning: a goal\\ntbbbbb\\tfailed\\n'\n",
  );
  Deno.chmodSync(dir.at("hermes"), 0o755);
  const program = new Command("hermes");
  program.command("check").argument("<ids...>").option("--follow");
  program.command("list");
  const script = completionScript("bash", program);
  const hermes = dir.at("hermes");
  assert.deepEqual(await offeredByBash(script, `${hermes} check t`), ["tccccc", "tbbbbb"]);
  assert.deepEqual(await offeredByBash(script, `${hermes} check tccccc tb`), ["tbbbbb"]);
  assert.deepEqual(await offeredByBash(script, `${hermes} check --f`), ["--follow"]);
  assert.deepEqual(await offeredByBash(script, `${hermes} list t`), []);
});
