import type { Invocation, ShellWord } from "./invocation.ts";

/** What a program that was started starts in its turn. */
export type Inner =
  | { readonly type: "script"; readonly text: string }
  | {
    readonly type: "command";
    readonly words: readonly ShellWord[];
    readonly takesMore: boolean;
    readonly isGuess: boolean;
  };

/** The shells, which run a script after `-c`. */
export const SHELLS: ReadonlySet<string> = new Set(["sh", "bash", "zsh", "dash", "ksh", "ash", "fish"]);

/** They run what stands behind their own options. */
const RUNNERS: ReadonlySet<string> = new Set(
  ("env nice ionice nohup setsid time timeout stdbuf command builtin exec xargs parallel watch strace ltrace flock " +
    "chrt taskset unshare chroot busybox sudo doas runuser pkexec unbuffer script firejail caffeinate then do")
    .split(" "),
);
/** They add arguments from their input. */
const FEEDERS: ReadonlySet<string> = new Set(["xargs", "parallel"]);
const EXEC_OPTIONS: ReadonlySet<string> = new Set([
  "-exec",
  "-execdir",
  "-ok",
  "-okdir",
  "-x",
  "-X",
  "--exec",
  "--exec-batch",
]);

/** The scripts and commands that stand in the arguments of `invocation`. */
export function innerCommands(invocation: Invocation): readonly Inner[] {
  const { name, args, input } = invocation;
  if (name === null) return [];
  if (SHELLS.has(name) || name === "su") {
    return [
      ...scriptAfter(args, /^-[a-z]*c$/),
      ...(input?.isStatic ? [{ type: "script", ...input } as const] : []),
    ];
  }
  if (name === "eval") return script(args.map(({ text }) => text).join(" "), args);
  if (name === "trap") return script(args[0]?.text ?? "", args.slice(0, 1));
  if (name === "find" || name === "fd" || name === "fdfind") return execs(args);
  if (!RUNNERS.has(name)) return [];
  return [...behind(name, args), ...scriptAfter(args, /^(-c|-S|--split-string)$/)];
}

/** A program whose options may have values: each word behind it might be the name of the command. */
function behind(name: string, args: readonly ShellWord[]): readonly Inner[] {
  const start = args.findIndex(({ text }) => !/^(-|\w+=|[\d.]+[smhd]?$)/.test(text));
  if (start < 0) return [];
  return args.slice(start)
    .map((_, index) => ({ words: args.slice(start + index), isGuess: index > 0 }))
    .filter(({ words: [first], isGuess }) => !isGuess || first?.isStatic === true)
    .map((inner) => ({ type: "command", ...inner, takesMore: FEEDERS.has(name) }));
}

function execs(args: readonly ShellWord[]): readonly Inner[] {
  return args.flatMap(({ text }, index) =>
    EXEC_OPTIONS.has(text)
      ? [{ type: "command", words: args.slice(index + 1), takesMore: true, isGuess: false } as const]
      : []
  );
}

function scriptAfter(args: readonly ShellWord[], option: RegExp): readonly Inner[] {
  const index = args.findIndex(({ text }) => option.test(text));
  const text = index < 0 ? undefined : args[index + 1];
  return text === undefined ? [] : script(text.text, [text]);
}

/** What is only known when it runs is no script that can be read; the rules see to it. */
function script(text: string, words: readonly ShellWord[]): readonly Inner[] {
  return words.every(({ isStatic }) => isStatic) ? [{ type: "script", text }] : [];
}
