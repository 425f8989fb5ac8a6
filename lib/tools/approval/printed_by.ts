import type { Invocation, ShellWord } from "./invocation.ts";

/** What a program reads; null: nothing, or what the command line does. */
export type Input = Invocation["input"];

/** What another program writes. */
export const UNKNOWN_INPUT = { text: "", isStatic: false };

/** What a program prints that only says its words or its input. */
export function printedBy([first, ...args]: readonly ShellWord[], input: Input): Input {
  const name = first?.text;
  if (name === "cat" || name === "tee") {
    return args.some(({ text }) => !/^-./.test(text)) && name === "cat" ? UNKNOWN_INPUT : input;
  }
  if (name !== "echo" && name !== "printf") return UNKNOWN_INPUT;
  const said = args.filter(({ text }) => name === "printf" || !/^-[neE]+$/.test(text));
  const isFormat = name === "printf" && /%/.test(said[0]?.text ?? "");
  const words = isFormat ? said.slice(1) : said;
  const text = words.map((word) => word.text.replaceAll("\\n", "\n")).join(isFormat ? "\n" : " ");
  const isPlain = !isFormat || /^(%s|\\n| )+$/.test(said[0]?.text ?? "");
  return { text, isStatic: isPlain && words.every(({ isStatic }) => isStatic) };
}
