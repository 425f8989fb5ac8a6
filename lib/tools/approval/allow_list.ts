import type { Invocation } from "./invocation.ts";

/**
 * Whether a program may run by one of these entries: its name and arguments are the words of the entry, in which `*`
 * stands for any text, and as the last word for all arguments that are left. What is only known when it runs is covered
 * by no entry that has no such end.
 */
export function isAllowed({ name, args }: Invocation, entries: readonly string[]): boolean {
  return entries.map((entry) => entry.trim().split(/\s+/)).some((words) => {
    const isOpen = words.at(-1) === "*";
    const [first, ...rest] = isOpen ? words.slice(0, -1) : words;
    if (first === undefined) return isOpen;
    if (name === null || !fits(name, first) || (!isOpen && args.length !== rest.length)) return false;
    return rest.every((word, index) => args[index]?.isStatic === true && fits(args[index].text, word));
  });
}

function fits(text: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}
