import assert from "node:assert/strict";
import { Command } from "@commander-js/extra-typings";
import { commandWords } from "../../lib/cli/completions/words.ts";
import { completionScript } from "../../lib/cli/completions/script.ts";
import { isInstalled } from "../support/end_to_end.ts";
import { runCli } from "../support/run_cli.ts";
import { TempDir } from "../support/temp_dir.ts";

function sampleProgram(): Command {
  const program = new Command("hermes").option("--a-flag", "It's a flag");
  program.command("config").description("Show: settings").command("get").option("-k, --key <name>", "A key");
  program.command("secret", { hidden: true });
  return program;
}

Deno.test("commandWords() has each visible command with its words", () => {
  const help = { forms: ["-h", "--help"], about: "display help for command", takesValue: false };
  const words = commandWords(sampleProgram());
  assert.deepEqual(words.map(({ path }) => path), [[], ["config"], ["config", "get"]]);
  assert.deepEqual(words[0]?.commands.map(({ text }) => text), ["config", "help"]);
  assert.deepEqual(words[2]?.options, [{ forms: ["-k", "--key"], about: "A key", takesValue: true }, help]);
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

for (const shell of ["zsh", "fish"] as const) {
  Deno.test({
    name: `the script for ${shell} is one that ${shell} can read`,
    ignore: !isInstalled(shell),
    async fn() {
      using dir = new TempDir();
      Deno.writeTextFileSync(dir.at("script"), completionScript(shell, sampleProgram()));
      const { code, stderr } = await new Deno.Command(shell, { args: ["-n", dir.at("script")] }).output();
      assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
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
