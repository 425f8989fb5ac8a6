import type { Arguments } from "../arguments.ts";
import { each, type Rules, when } from "./rule.ts";

const LOOKS_INTO = "looks into other running programs";

/** Options of ps(1) that have a value as their next word. */
const VALUED =
  /^(-[a-zA-Z]*[oOCpuUgGtsqkT]|--(format|sort|pid|ppid|user|User|group|Group|tty|sid|quick-pid))$/;

/** `ps e`: with the variables of each program, among them keys. */
function showsVariables(args: Arguments): boolean {
  return args.words.some((word, index) => {
    if (VALUED.test(args.words[index - 1] ?? "")) return false;
    const isBsd = /^[a-zA-Z]+$/.test(word) && word.includes("e");
    return (isBsd && !/^[a-z]{2,}=/.test(word)) || /^-[a-zA-Z]*E/.test(word);
  });
}

/** What looks into the memory or the variables of other programs. */
export const PROCESSES: Rules = {
  ps: when(LOOKS_INTO, showsVariables),
  ...each(
    "gdb lldb cgdb",
    when(
      LOOKS_INTO,
      (args) =>
        args.words.some((word) =>
          /^(--?p(id)?|--attach-pid)(=.*)?$|^-p\S+$/.test(word) || /^(process )?attach\b/.test(word)
        ),
    ),
  ),
  ...each(
    "strace ltrace",
    when(LOOKS_INTO, (args) => args.words.some((word) => /^(-p|--attach)/.test(word))),
  ),
  ...each("gcore procdump pargs py-spy rbspy jmap jstack jcmd memdump", () => LOOKS_INTO),
};
