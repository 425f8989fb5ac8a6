import { isShell } from "./interpreters.ts";
import type { Invocation, ShellWord } from "./invocation.ts";
import { FEEDERS, type Wrapper, wrapperOf } from "./wrappers.ts";

/** What a program that was started starts in its turn. */
export type Inner =
  /** Guessed at, it need not be one. */
  | {
    readonly type: "script";
    readonly text: string;
    readonly isGuess?: boolean;
    /** It reads what comes from elsewhere, and not what its caller reads. */
    readonly isFed?: boolean;
  }
  | {
    readonly type: "command";
    readonly words: readonly ShellWord[];
    readonly takesMore: boolean;
    readonly isGuess: boolean;
  };

const EXEC_OPTIONS: ReadonlySet<string> = new Set(
  "-exec -execdir -ok -okdir -x -X --exec --exec-batch".split(" "),
);
/** The value of such an option is a script of the shell: a long one of any program, a short one of some. */
const SCRIPT_OPTION =
  /^-(command|cmd|exec|execute|eval)$|^--(command|cmd|exec|execute|run|eval|split-string|to-command|use-compress-program|rsh|rsh-command|checkpoint-action|info-script|new-volume-script|extcmd|upload-pack|receive-pack|prepare|cleanup|setup|conclude|pre|post|hook|pre-hook|post-hook|deploy-hook|renew-hook|on-\w+|pager|editor|shell-cmd|init-command|preprocessor|filter|open-files-in-pager|tree-filter|index-filter|msg-filter|rsync-path|preview|bind)$/;
/** Of those, what is given the files of an archive. */
const FED = /^(--to-command|--use-compress-program|-I)$/;
const SHORT_SCRIPTS: Readonly<Record<string, RegExp>> = {
  su: /^-c$/,
  npx: /^(-c|--call)$/,
  man: /^-[PH]$/,
  runuser: /^-c$/,
  script: /^-[a-z]*c$/,
  flock: /^-c$/,
  env: /^-[iv0]*S$/,
  expect: /^-c$/,
  git: /^-x$/,
  tar: /^-[IF]$/,
  rsync: /^-\w*e$/,
  scp: /^-S$/,
  vagrant: /^-c$/,
};
/** They run the text that follows their words at once or later. */
const SAYERS: Readonly<Record<string, (args: readonly ShellWord[]) => readonly ShellWord[]>> = {
  eval: (args) => args,
  trap: (args) => args.filter(({ text }) => !/^-/.test(text)).slice(0, 1),
  alias: (args) => args.map((word) => ({ ...word, text: word.text.replace(/^[\w.-]+=/, "") })),
};

/** The scripts and commands that stand in the arguments of `invocation`. */
export function innerCommands(invocation: Invocation): readonly Inner[] {
  const { name, args, input } = invocation;
  if (name === null) return [];
  if (isShell(name)) {
    return [
      ...scriptAfter(args, /^-[a-z]*c$|^-command$|^--command$/i),
      ...(input?.isStatic === true ? [{ type: "script", text: input.text } as const] : []),
    ];
  }
  const sayer = Object.hasOwn(SAYERS, name) ? SAYERS[name] : undefined;
  const said = sayer?.(args) ?? [];
  return [
    ...(said.length === 0 ? [] : script(said.map(({ text }) => text).join(" "), said)),
    ...scriptOptions(name, args),
    ...(name === "find" || name === "fd" ? execs(args) : []),
    ...gitInner(name, args),
    ...moduleOf(name, args),
    ...behind(name, args, wrapperOf(name)),
    ...((name === "at" || name === "batch") && input?.isStatic === true
      ? [{ type: "script", text: input.text } as const]
      : []),
  ];
}

/** `python -m NAME` and `ruby -S NAME` are NAME. */
function moduleOf(name: string, args: readonly ShellWord[]): readonly Inner[] {
  const option = name === "python" ? "-m" : name === "ruby" || name === "perl" ? "-S" : undefined;
  const at = args.findIndex(({ text }) => !/^-[a-zA-Z]$/.test(text) || text === option);
  return at < 0 || args[at]?.text !== option
    ? []
    : [{ type: "command", words: args.slice(at + 1), takesMore: false, isGuess: true }];
}

/** The command of a wrapper: where it stands by what is known of its options, and where else it might begin. */
function behind(name: string, args: readonly ShellWord[], wrapper: Wrapper | undefined): readonly Inner[] {
  if (wrapper === undefined) return [];
  const start = startOf(args, wrapper);
  const words = args.slice(start);
  if (words.length === 0) return [];
  const takesMore = FEEDERS.has(name);
  if (wrapper.joins) {
    const text = words.map((word) => word.text).join(" ");
    return [...script(text, words), { type: "command", words, takesMore, isGuess: false }];
  }
  return [
    { type: "command", words, takesMore, isGuess: false },
    ...args.slice(0, start).flatMap((word, index): Inner[] =>
      /^-/.test(word.text) || !word.isStatic
        ? []
        : [{ type: "command", words: args.slice(index), takesMore, isGuess: true }]
    ).slice(0, MAX_STARTS),
  ];
}

/** At how many operands before its likely start a command is looked for. */
const MAX_STARTS = 4;

function startOf(args: readonly ShellWord[], { valued, skips }: Wrapper): number {
  let left = skips;
  for (let at = 0; at < args.length; at++) {
    const text = args[at]?.text ?? "";
    if (text === "--") return at + 1 + left;
    if (valued.has(text)) at++;
    else if (/^-/.test(text) || /^\w+=/.test(text)) continue;
    else if (left > 0) left--;
    else return at;
  }
  return args.length;
}

function execs(args: readonly ShellWord[]): readonly Inner[] {
  return args.flatMap(({ text }, index) =>
    EXEC_OPTIONS.has(text)
      ? [
        { type: "command", words: untilEnd(args.slice(index + 1)), takesMore: true, isGuess: false } as const,
      ]
      : []
  );
}

/** What stands before `;` or `{} +`. */
function untilEnd(words: readonly ShellWord[]): readonly ShellWord[] {
  const end = words.findIndex(({ text }, index) =>
    text === ";" || (text === "+" && words[index - 1]?.text === "{}")
  );
  return end < 0 ? words : words.slice(0, end);
}

/** Values of options that are commands, as the next word or behind "=". */
function scriptOptions(name: string, args: readonly ShellWord[]): readonly Inner[] {
  const short = Object.hasOwn(SHORT_SCRIPTS, name) ? SHORT_SCRIPTS[name] : undefined;
  return args.flatMap((word, index) => {
    const [option = "", value] = splitOnce(word.text);
    if (!SCRIPT_OPTION.test(option) && short?.test(option) !== true) return [];
    const given = value === undefined ? args[index + 1] : { ...word, text: value };
    if (given === undefined) return [];
    const isFed = FED.test(option);
    return script(given.text.replace(/^exec=/, ""), [given]).map((inner) => ({
      ...inner,
      isGuess: true,
      isFed,
    }));
  });
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** What git runs for its own commands, and for aliases and pagers given on its command line. */
function gitInner(name: string, args: readonly ShellWord[]): readonly Inner[] {
  if (name !== "git" && name !== "hg") return [];
  const run = args.findIndex(({ text }, index) => text === "run" && args[index - 1]?.text === "bisect");
  const each = args.findIndex(({ text }) => text === "foreach");
  const settings = args.flatMap((word, index): Inner[] => {
    const given = /^-c$|^--config(-env)?$/.test(args[index - 1]?.text ?? "")
      ? word.text
      : /^-c(\w.*)/s.exec(word.text)?.[1];
    const value =
      /^(?:(?:core|diff)\.(?:pager|external|editor|sshcommand|fsmonitor|askpass)|alias\.\S+?|pager\.\S+?|\w+\.\S*?(?:cmd|command|textconv|clean|smudge|helper|program|driver|editor))=!?(.*)$/is
        .exec(given ?? "")?.[1];
    return value === undefined ? [] : [...script(value, [word])];
  });
  return [
    ...settings,
    ...(run < 0
      ? []
      : [{ type: "command", words: args.slice(run + 1), takesMore: false, isGuess: false } as const]),
    ...(each < 0 ? [] : script(args.slice(each + 1).map(({ text }) => text).join(" "), args.slice(each + 1))),
  ];
}

function scriptAfter(args: readonly ShellWord[], option: RegExp): readonly Inner[] {
  const index = args.findIndex(({ text }) => option.test(text));
  if (index < 0) return [];
  const text = args.slice(index + 1).find((word) => !/^(--|-[a-z]|\+[a-z])$/.test(word.text));
  return text === undefined ? [] : script(text.text, [text]);
}

/** What is only known when it runs is no script that can be read; the rules see to it. */
function script(text: string, words: readonly ShellWord[]): readonly Inner[] {
  return words.every(({ isStatic }) => isStatic) ? [{ type: "script", text }] : [];
}
