import { Arguments } from "./arguments.ts";
import { isPlain } from "./guesses.ts";
import { isInterpreter, isShell } from "./interpreters.ts";
import { type Invocation, plainWord } from "./invocation.ts";
import { isNever, type Risk } from "./risk.ts";
import { ruleOfLanguage } from "./rules/code.ts";
import { ARCHIVES } from "./rules/archives.ts";
import { DELETIONS } from "./rules/deletions.ts";
import { gitRisk } from "./rules/git.ts";
import { hermesRule } from "./rules/hermes.ts";
import { CLOUDS } from "./rules/clouds.ts";
import { DATABASES } from "./rules/databases.ts";
import { SECRETS } from "./rules/secrets.ts";
import { SERVERS } from "./rules/servers.ts";
import { MACHINE } from "./rules/machine.ts";
import { outputRule, OUTPUTS } from "./rules/outputs.ts";
import { PACKAGES } from "./rules/packages.ts";
import { PROCESSES } from "./rules/processes.ts";
import { each, type Rule, type Rules, type Scene, UNKNOWN } from "./rules/rule.ts";
import { verbsRule } from "./rules/verbs.ts";
import { wrapperOf } from "./wrappers.ts";

/** What prints settings for the shell that runs it, as its manual says to use it. */
const SETS_UP =
  /^(\$\(|`)\s*(ssh-agent|direnv|brew shellenv|\S*\/brew shellenv|pyenv|rbenv|nodenv|goenv|jenv|fnm|opam|starship|zoxide|atuin|mise|rtx|minikube|docker-machine|dircolors|thefuck|register-python-argcomplete|luarocks|conda|micromamba|keychain|fzf|navi|gh completion|kubectl completion|resize|tset|poetry env|perl -I|lesspipe|npm completion|pip completion|devbox|pkgx|nodenv|swiftenv|guix|aws configure export)\b[^;|&]*(\)|`)$/;

const BUILTINS: Rules = {
  git: gitRisk,
  hermes: hermesRule,
  eval: (_, { args }) => args.some(({ isStatic, text }) => !isStatic && !SETS_UP.test(text)) ? UNKNOWN : null,
  trap: (_, { args }) => args[0]?.isStatic === false ? UNKNOWN : null,
  ...each("source .", (args, { args: words, input }) => {
    const readsInput = /^(-|\/dev\/(stdin|fd\/0))$/.test(args.verb) && input?.isStatic === false;
    return readsInput || words.some(({ isComputed }) => isComputed) ? UNKNOWN : null;
  }),
  parallel: (args, { input }) => args.words.length === 0 && input?.isStatic === false ? UNKNOWN : null,
  xargs: (_, { args }) => args.length === 1 && isShell(args[0]?.text ?? "") ? UNKNOWN : null,
};

const TABLES: readonly Rules[] = [
  BUILTINS,
  DELETIONS,
  ARCHIVES,
  OUTPUTS,
  MACHINE,
  PACKAGES,
  CLOUDS,
  DATABASES,
  SERVERS,
  SECRETS,
  PROCESSES,
];

/** The rules of each program, from whichever tables name it. */
const RULES = rulesByName();

function rulesByName(): ReadonlyMap<string, readonly Rule[]> {
  const rules = new Map<string, Rule[]>();
  for (const [name, rule] of TABLES.flatMap((table) => Object.entries(table))) {
    rules.set(name, [...rules.get(name) ?? [], rule]);
  }
  return rules;
}

/** Whether what a program is told in plain words counts: its own rules, if any, know words as well. */
function isTold(name: string): boolean {
  return !RULES.has(name) ||
    [PACKAGES, CLOUDS, DATABASES, OUTPUTS].some((table) => Object.hasOwn(table, name));
}

/** Whether a program reads its options wherever they stand, as those do that are told by words. */
function takesWords(name: string): boolean {
  const isIn = (...tables: readonly Rules[]) => tables.some((table) => Object.hasOwn(table, name));
  return /^(git|hermes|rsync)$/.test(name) || isIn(PACKAGES, CLOUDS, DATABASES) || !isIn(DELETIONS, MACHINE);
}

/** Whether there is a rule for a program. */
export function hasRule(name: string): boolean {
  return RULES.has(name) || name.startsWith("mkfs.");
}

/** Why a program that a command line starts asks; null: it does not. */
export function programRisk(called: Invocation, scene: Scene): Risk | null {
  const invocation = asMeant(called);
  const { name, isGuess } = invocation;
  if (name === null) return UNKNOWN;
  const args = new Arguments(invocation, !scene.isPosix && takesWords(name));
  for (const rule of rulesOf(invocation)) {
    const risk = rule(args, invocation, scene);
    if (risk === null || (args.isDryRun && saysOnly(name, risk))) continue;
    return isGuess && isNever(risk) ? `may be what is never allowed: it ${risk}` : risk;
  }
  return null;
}

/** What cmake(1) does with files, as the programs that do the same. */
const FILE_TOOLS: Readonly<Record<string, readonly string[]>> = {
  copy: ["cp"],
  copy_if_different: ["cp"],
  copy_directory: ["cp", "-r"],
  rename: ["mv"],
  remove: ["rm"],
  remove_directory: ["rm", "-r"],
  rm: ["rm"],
  tar: ["tar"],
};

/** `git-filter-repo` is `git filter-repo`, `cmake -E copy` is `cp`. */
function asMeant(invocation: Invocation): Invocation {
  const [option, tool, ...rest] = invocation.args;
  const isTool = invocation.name === "cmake" && option?.text === "-E" &&
    Object.hasOwn(FILE_TOOLS, tool?.text ?? "");
  const [name, ...given] = (isTool ? FILE_TOOLS[tool?.text ?? ""] : undefined) ?? [];
  if (name !== undefined) return { ...invocation, name, args: [...given.map(plainWord), ...rest] };
  const verb = /^git-([\w-]+)$/.exec(invocation.name ?? "")?.[1];
  return verb === undefined
    ? invocation
    : { ...invocation, name: "git", args: [plainWord(verb), ...invocation.args] };
}

function rulesOf({ name, args }: Invocation): readonly Rule[] {
  if (name === null) return [];
  const rules = RULES.get(name.startsWith("mkfs.") ? "mkfs" : name) ?? [];
  const language = ruleOfLanguage(name);
  return language === null
    ? [...rules, outputRule, ...(isTold(name) && !isPlain(name, args) ? [verbsRule] : [])]
    : [...rules, outputRule, language, verbsRule];
}

/** Whether a dry run can be believed: not where the option is for another program, and not where the risk is too high. */
function saysOnly(name: string, risk: Risk): boolean {
  return !isNever(risk) && !isShell(name) && !isInterpreter(name) && wrapperOf(name) === undefined;
}
