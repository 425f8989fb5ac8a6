import { type Fields, isObject, stringOf, textOf } from "./loose_values.ts";

/** The text of a `content`, which some servers send in parts. */
export function contentText(content: unknown): string {
  if (!isObject(content)) return textOf(content);
  return (Array.isArray(content) ? content : [content]).map((part) => isThinking(part) ? "" : textOf([part]))
    .join("");
}

/** The thinking in a `content` in parts (Mistral). */
export function contentThinking(content: unknown): string {
  const parts: readonly unknown[] = Array.isArray(content) ? content : [];
  return parts.filter(isThinking).map(({ thinking, text }) => textOf(thinking ?? text)).join("");
}

/** Joins the parts of a `content` that comes in pieces, as its server wants them back. */
export class ContentParts {
  readonly #parts: Fields[] = [];

  /** Takes in the `content` of a delta; `before` is the text that came before it, a part if the first parts follow. */
  add(content: unknown, before: string): void {
    if (Array.isArray(content)) {
      if (this.#parts.length === 0) this.#addText(before);
      this.#parts.push(...content.filter(isObject));
    } else if (this.#parts.length > 0) this.#addText(stringOf(content));
  }

  /** The parts; null: they say nothing that the text does not. */
  get parts(): readonly Fields[] | null {
    return this.#parts.some(({ type }) => type !== "text") ? joinedParts(this.#parts) : null;
  }

  #addText(text: string): void {
    if (text !== "") this.#parts.push({ type: "text", text });
  }
}

/** What goes on where the part before it ended is one with it; a list of parts is joined once, as it may be long. */
function joinedParts(parts: readonly unknown[]): readonly Fields[] {
  const whole: Fields[] = [];
  for (const run of runsOf(parts.filter(isObject))) {
    const [first] = run;
    if (first === undefined) continue;
    const all = Object.assign({}, ...run) as Fields; // the fields that only the last piece has, too
    if (first.type === "text") whole.push({ ...all, text: run.map(({ text }) => textOf(text)).join("") });
    else if (first.type === "thinking") whole.push({ ...all, thinking: joinedThinking(run) });
    else whole.push(...run);
  }
  return whole;
}

function joinedThinking(run: readonly Fields[]): unknown {
  const thinking = run.map((part) => part.thinking);
  const isText = thinking.some((each) => typeof each === "string");
  return isText ? thinking.map(textOf).join("") : joinedParts(thinking.flat());
}

/** Neighbours of the same kind. */
function runsOf(parts: readonly Fields[]): readonly (readonly Fields[])[] {
  const runs: Fields[][] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (last?.[0]?.type === part.type) last?.push(part);
    else runs.push([part]);
  }
  return runs;
}

function isThinking(part: unknown): part is Fields {
  return isObject(part) && (part.type === "thinking" || part.type === "reasoning");
}
