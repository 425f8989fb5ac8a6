import assert from "node:assert/strict";
import { TempDir } from "./temp_dir.ts";

/** How long a shell may take to answer. */
const DEADLINE_MS = 60_000;

/** What a shell's own completion offers at the end of `line`, once it has read `script`; sorted. */
export async function offersOf(
  shell: "zsh" | "fish",
  script: string,
  line: string,
): Promise<readonly string[]> {
  using dir = new TempDir();
  Deno.writeTextFileSync(dir.at("script"), script);
  const words = shell === "fish" ? await askFish(dir, line) : await askZsh(dir, line);
  return words.toSorted();
}

/** fish prints what it would offer, each with a tab and what it does. */
async function askFish(dir: TempDir, line: string): Promise<string[]> {
  const said = await run(dir, "fish", ["--no-config", "-c", `source script; complete -C "${line}"`]);
  return said.split("\n").filter((each) => each !== "").map((each) => each.split("\t")[0] ?? "");
}

/** zsh completes only where somebody types: an inner one on a terminal of its own, whose matches it prints. */
async function askZsh(dir: TempDir, line: string): Promise<string[]> {
  Deno.writeTextFileSync(dir.at("inner"), INNER_ZSH);
  Deno.writeTextFileSync(dir.at("outer"), OUTER_ZSH);
  const said = await run(dir, "zsh", ["-f", "outer", line]);
  return [...said.matchAll(/offered: (.*)/g)].map(([, word = ""]) => word.trimEnd());
}

async function run(dir: TempDir, shell: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(shell, {
    args: [...args],
    cwd: dir.path,
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", HOME: dir.path, TERM: "dumb" },
    signal: AbortSignal.timeout(DEADLINE_MS),
  }).output();
  assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
  return new TextDecoder().decode(stdout);
}

const OUTER_ZSH = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "source inner"
zpty -r -m shell said '*the shell is ready*'
zpty -w -n shell "$1"$'\\t'
zpty -r -m shell said '*the offer is over*'
print -r -- "$said"
zpty -d shell
`;

const INNER_ZSH = `
PS1= PS2=
autoload -Uz compinit && compinit -u -D
source ./script
zstyle ':completion:*' insert-tab false
compadd() { # what only sorts matches into arrays passes
  [[ " \${(j: :)@[1,(i)(-|--)]} " == *' -'[OAD]' '* ]] && { builtin compadd "$@"; return }
  local -a offered
  builtin compadd -A offered "$@"
  print -rl -- "offered: "$^offered
  builtin compadd "$@"
}
over() { print "the offer is over"; exit }
comppostfuncs=(over)
bindkey '^I' complete-word
print "the shell is ready"
`;
