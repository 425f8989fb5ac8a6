import type { Invocation } from "./invocation.ts";
import { absolute } from "./path_risks.ts";

/** The paths that a word may be: what an option is given behind `=` or `@`, what stands before a colon. */
export function placesIn(word: string): readonly string[] {
  const value = word.startsWith("-") ? /[=@](.*)$/s.exec(word)?.[1] ?? "" : word;
  const mounted = value.indexOf(":");
  return mounted > 0 ? [value, value.slice(0, mounted)] : [value];
}

/** Where a program may work: where it is started, and where its options tell it to go. */
export function dirsOf(invocation: Pick<Invocation, "args" | "dirs" | "name">): readonly string[] {
  const { dirs, args, name } = invocation;
  const option = name === "patch"
    ? /^(-d|--directory)(?:=|$)/
    : name === "sudo"
    ? /^(-D|--chdir)(?:=|$)/
    : name === "tar" || name === "bsdtar"
    ? /^(-[a-zA-Z]*C|--directory|--cd)(?:=|$)/
    : name === "wget"
    ? /^(-P|--directory-prefix)(?:=|$)/
    : name === "curl"
    ? /^(--output-dir)(?:=|$)/
    : /^(-C|--directory|--chdir|--cd)(?:=|$)/;
  const given = args.flatMap(({ text }, index): readonly string[] => {
    const found = option.exec(text);
    if (found === null) return /^-C./.test(text) ? [text.slice(2)] : [];
    const value = text.includes("=") ? text.slice(text.indexOf("=") + 1) : args[index + 1]?.text;
    return value === undefined ? [] : [value];
  });
  return [...dirs, ...given.slice(0, MAX_GIVEN).flatMap((each) => dirs.map((dir) => absolute(each, dir)))];
}

/** How many such options are looked at. */
const MAX_GIVEN = 4;
