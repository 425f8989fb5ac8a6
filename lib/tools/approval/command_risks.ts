import { isAllowed } from "./allow_list.ts";
import { Arguments } from "./arguments.ts";
import type { Facts } from "./facts.ts";
import { isPattern } from "./glob.ts";
import { plainWord, type ShellWord } from "./invocation.ts";
import { lossRisk } from "./losses.ts";
import { absolute, below, keysRisk, writeRisk } from "./path_risks.ts";
import { programRisk } from "./program_risks.ts";
import { type ReadCommand, readCommand } from "./read_command.ts";
import { isNever, MULTIPLIES, type Risk, type RiskGround } from "./risk.ts";
import { codeRisk } from "./rules/code.ts";
import { MARKS } from "./rules/hermes.ts";
import { type Scene, UNKNOWN } from "./rules/rule.ts";
import { treeReadRisk } from "./tree_reads.ts";
import { dirsOf, placesIn } from "./word_places.ts";
import { wordWriteRisk } from "./word_writes.ts";

/** What a command line is judged by. */
export interface CommandGround extends RiskGround {
  readonly cwd: string;
  /** Commands that never ask, as of `approvals.allow`. */
  readonly allow: readonly string[];
  /** Every other program asks as well (`approvals.mode: all`). */
  readonly asksAlways: boolean;
  readonly facts: Facts;
}

/** Programs whose last operand is written. */
const WRITERS: ReadonlySet<string> = new Set("cp mv ln install tee touch truncate rsync scp dd".split(" "));
/** They name files without reading what they hold, or use keys for what keys are for. */
const LOOKERS: ReadonlySet<string> = new Set(
  ("ls stat test [ [[ mkdir chmod chown chgrp touch file du realpath readlink dirname basename echo printf cd pushd ssh-add ssh-copy-id " +
    "ssh-keygen keytool gpg gpgconf age sops minisign export exa eza tree rmdir cmp md5sum sha256sum wc hermes")
    .split(" "),
);
/** Their options that name a key to use it. */
const KEY_USERS =
  /^(ssh|scp|sftp|mosh|autossh|rsync|git|kubectl|helm|openssl|curl|wget|psql|mysql|ansible|ansible-playbook)$/;
const KEY_OPTION =
  /^(-i|-c|-F|--kubeconfig|--private-key|--key|--cert|-inkey|-signkey|-key|--netrc-file|--identity)$/;

/** Their values are run by what is started next. */
const RUN_VARIABLES =
  /^(GIT_(PAGER|EDITOR|SSH(_COMMAND)?|EXTERNAL_DIFF|SEQUENCE_EDITOR|ASKPASS|PROXY_COMMAND)|PAGER|MANPAGER|EDITOR|VISUAL|BROWSER|LESSOPEN|LESSCLOSE|SSH_ASKPASS|SUDO_ASKPASS|PROMPT_COMMAND|BASH_ENV|ENV|PERL5DB|RUBYOPT|NODE_OPTIONS|PS[0-4]|FCEDIT|TEXEDIT|MAKEFLAGS|RUSTC_WRAPPER|CC|CXX|SHELL|RSYNC_RSH|CVS_RSH|SVN_SSH|BORG_RSH|SVN_EDITOR|HGEDITOR|ZDOTDIR)$/;

/**
 * Why a command line asks, each reason once; none: it does not. It is read, not run: this finds what is destructive by
 * its words, and no attack that means to hide.
 */
export function commandRisks(command: string, given: CommandGround): readonly Risk[] {
  const { home, hermesHome, cwd, facts } = given;
  const read = readCommand(command, { cwd, facts, variables: { HOME: home, HERMES_HOME: hermesHome } });
  const meaningsOf = (path: string): readonly string[] => {
    const linked = read.links.follow(path);
    const found = linked === null ? facts.meaningsOf(path) : [linked, ...facts.meaningsOf(linked)];
    return found.map((each) => asNamed(each, [home, hermesHome], facts));
  };
  const ground = { ...given, meaningsOf };
  const rewritten = rewrittenBy(read);
  const scene = {
    ground,
    isPosix: command.includes("POSIXLY_CORRECT"),
    facts: { ...bound(facts), isOld: (path: string) => !rewritten.has(path) && facts.isOld(path) },
  };
  const risks = [
    ...(read.isUnclear ? ["cannot be read: its syntax is broken or too deep"] : []),
    ...(facts.isExhausted ? ["cannot be read: it names more files than are looked up"] : []),
    ...(read.multiplies ? [MULTIPLIES] : []),
    ...(read.runsUnknown ? [UNKNOWN] : []),
    ...programRisks(read, scene),
    ...read.codes.map((code) => codeRisk(code, [cwd], scene)),
    ...read.written.map((file) =>
      writtenRisk(file, ground) ?? (file.truncates ? lossRisk(file.word, file, scene, "writes") : null)
    ),
    ...read.read.map(({ text }) => keysRisk(text, cwd, ground)),
    ...variableRisks(read, ground),
    treeReadRisk(read.invocations.filter((each) => !isAllowed(each, ground.allow)), ground),
  ];
  const found = [...new Set(risks.filter((risk) => risk !== null))];
  return ground.allow.includes(command.trim()) ? found.filter(isNever) : found;
}

function programRisks({ invocations }: ReadCommand, scene: Scene): readonly (Risk | null)[] {
  const { ground } = scene;
  return invocations.flatMap((invocation) => {
    const { name, args, dirs, isGuess } = invocation;
    const words = args.filter(({ text }) => !text.startsWith("-"));
    const isWriter = name !== null &&
      (WRITERS.has(name) || (/^(sed|perl|ruby)$/.test(name) && new Arguments(invocation).editsInPlace));
    const written = !isWriter || isGuess
      ? []
      : name === "tee" || name === "touch" || name === "truncate" || name === "sed"
      ? words
      : words.slice(-1);
    const isLooking = name !== null && (LOOKERS.has(name) || isOnlyFinding(name, args));
    const places = dirsOf(invocation);
    const usesKeys = name !== null && KEY_USERS.test(name);
    const touched = args.filter((word, index) =>
      !usesKeys || !(KEY_OPTION.test(args[index - 1]?.text ?? "") || word.text.startsWith("IdentityFile="))
    );
    const found = [
      programRisk(invocation, scene),
      ...written.map((word) => writtenRisk({ word: withoutOf(word), dirs }, ground)),
      isGuess ? null : wordWriteRisk({ ...invocation, args: touched }, ground),
      ...(isLooking || isGuess
        ? []
        : touched.flatMap(({ text }) =>
          placesIn(text).flatMap((place) => places.map((dir) => keysRisk(place, dir, ground)))
        )),
      ground.asksAlways && !isGuess ? `runs ${name ?? "a program"}` : null,
    ];
    return isAllowed(invocation, ground.allow)
      ? found.filter((risk) => risk !== null && isNever(risk))
      : found;
  });
}

/** A path below what is really one of some directories, as below the name that it has here. */
function asNamed(path: string, names: readonly string[], facts: Facts): string {
  for (const name of names) {
    for (const real of facts.meaningsOf(name)) {
      if (path === real) return name;
      const rest = below(path, real);
      if (rest !== null) return `${name}/${rest}`;
    }
  }
  return path;
}

/** Facts may be of a class, and a spread leaves its methods behind. */
function bound(facts: Facts): Facts {
  return {
    isExhausted: facts.isExhausted,
    isOld: (path) => facts.isOld(path),
    isThere: (path) => facts.isThere(path),
    scriptOf: (path) => facts.scriptOf(path),
    meaningsOf: (path) => facts.meaningsOf(path),
    writes: (path, isFetched) => facts.writes(path, isFetched),
  };
}

/** They say in other words what they read. */
const FILTERS =
  /^(jq|yq|sed|awk|sort|uniq|tr|cut|grep|head|tail|envsubst|python|perl|ruby|node|iconv|fmt|fold|column|expand|rev|tac|xmllint|prettier|clang-format|gofmt|shfmt|dos2unix|csvcut|mlr|cat)$/;

/** Files that a filter has read, and that are then replaced by what it made of them: `jq . a > b && mv b a`. */
function rewrittenBy({ invocations }: ReadCommand): ReadonlySet<string> {
  const read = new Set<string>();
  const rewritten = new Set<string>();
  for (const { name, args, dirs } of invocations) {
    const paths = args.filter(({ text, isStatic }) => isStatic && !text.startsWith("-"))
      .flatMap(({ text }) => dirs.map((dir) => absolute(text, dir)));
    if (name !== null && FILTERS.test(name)) paths.forEach((path) => read.add(path));
    const target = paths.at(-1);
    if (name === "mv" && target !== undefined && read.has(target)) rewritten.add(target);
  }
  return rewritten;
}

/** Their words are the names of variables, which they set or take out of the environment. */
const SETTERS: ReadonlySet<string> = new Set(
  "env unset export declare typeset local readonly read mapfile readarray getopts".split(" "),
);

/** What is set so that another program runs it, or that hides whose command this is. */
function variableRisks(
  { assigned, invocations }: ReadCommand,
  ground: CommandGround,
): readonly (Risk | null)[] {
  const names = invocations.flatMap(({ name, args }) =>
    name !== null && (SETTERS.has(name) || name === "printf" && args[0]?.text === "-v")
      ? args.map(({ text }) => text.replace(/=.*/s, ""))
      : []
  );
  const clears = invocations.some(({ name, args }) =>
    name === "env" && args.some(({ text }) => /^(-i|-|--ignore-environment|-\w*i\w*)$/.test(text)) &&
    args.some(({ text }) => /(^|\/)hermes$/.test(text))
  );
  const hides = clears || [...assigned.map(({ name }) => name), ...names].some((name) => MARKS.test(name));
  return [
    hides ? "hides that an agent started it" : null,
    ...assigned.filter(({ name }) => RUN_VARIABLES.test(name)).flatMap(({ value }) =>
      value.isStatic && /[\s;|&]/.test(value.text)
        ? commandRisks(value.text, { ...ground, asksAlways: false, allow: [] })
        : []
    ),
  ];
}

/** Whether find or fd tells names only. */
function isOnlyFinding(name: string, args: readonly ShellWord[]): boolean {
  return (name === "find" || name === "fd") && !args.some(({ text }) => /^-(exec|ok|x|X)|^--exec/.test(text));
}

function withoutOf(word: ShellWord): ShellWord {
  return word.text.startsWith("of=") ? plainWord(word.text.slice(3)) : word;
}

function writtenRisk(
  { word, dirs }: { readonly word: ShellWord; readonly dirs: readonly string[] },
  ground: CommandGround,
): Risk | null {
  if (!word.isStatic && !isPattern(word.text)) return null;
  for (const dir of dirs) {
    const risk = writeRisk(word.text, dir, ground);
    if (risk !== null) return risk;
  }
  return null;
}
