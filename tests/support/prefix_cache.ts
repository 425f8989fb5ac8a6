import type { RecordedRequest } from "./scripted_server.ts";
import type { Reading } from "./wire_reading.ts";

/** What a server counts of one request, in tokens of four characters. */
export interface CountedPrompt {
  readonly input: number;
  /** Read from the cache, and written into it; parts of `input`. */
  readonly read: number;
  readonly written: number;
}

/** A piece of a prompt, in the order in which a model reads them. */
interface Piece {
  readonly text: string;
  /** A prefix that is to be kept ends here. */
  readonly isMarked: boolean;
}

/** The shortest prefix that is kept, and the steps in which an unmarked one grows (OpenAI and Anthropic, prompt caching). */
const LEAST_TOKENS = 1_024;
const STEP_TOKENS = 128;
/** How far before a mark a kept prefix is looked for, and how many marks a request may have (Anthropic). */
const LOOK_BACK = 20;
const MOST_MARKS = 4;
const CHARS_PER_TOKEN = 4;

/**
 * Counts prompts as servers with a cache do: on the Messages wire by the marks of each request, elsewhere by the longest
 * beginning that a request with the same `prompt_cache_key` had.
 */
export class PrefixCache {
  readonly #texts = new Map<string, string[]>();
  readonly #prefixes = new Set<string>();

  /** What a request comes to now. Throws for one that the server would refuse. */
  count(request: RecordedRequest): CountedPrompt {
    const pieces = piecesOf(request);
    const text = pieces.map((piece) => piece.text).join("");
    const input = tokensOf(text.length);
    if (request.operation !== "messages") {
      return { input, read: this.#longestBegun(keyOf(request), text), written: 0 };
    }
    const marks = [...pieces.keys()].filter((at) => pieces[at]?.isMarked);
    if (marks.length > MOST_MARKS) throw new Error(`${marks.length} marks, at most ${MOST_MARKS} may be`);
    const ends = endsOf(pieces);
    const read = Math.max(0, ...marks.flatMap((mark) => this.#keptBefore(mark, text, ends)));
    const last = tokensOf(ends[marks.at(-1) ?? -1] ?? 0);
    return { input, read, written: last < LEAST_TOKENS ? 0 : Math.max(0, last - read) };
  }

  /** Keeps what a request brought; servers have it once they answer. */
  keep(request: RecordedRequest): void {
    const pieces = piecesOf(request);
    const text = pieces.map((piece) => piece.text).join("");
    if (request.operation !== "messages") {
      const key = keyOf(request);
      this.#texts.set(key, [...this.#texts.get(key) ?? [], text]);
    }
    const ends = endsOf(pieces);
    for (const [at, { isMarked }] of pieces.entries()) {
      const end = ends[at] ?? 0;
      if (isMarked && tokensOf(end) >= LEAST_TOKENS) this.#prefixes.add(text.slice(0, end));
    }
  }

  #longestBegun(key: string, text: string): number {
    const common = (this.#texts.get(key) ?? []).map((other) => commonLength(text, other));
    const tokens = tokensOf(Math.max(0, ...common));
    return tokens < LEAST_TOKENS ? 0 : tokens - tokens % STEP_TOKENS;
  }

  #keptBefore(mark: number, text: string, ends: readonly number[]): number[] {
    return ends.slice(Math.max(0, mark - LOOK_BACK), mark + 1)
      .filter((end) => this.#prefixes.has(text.slice(0, end))).map(tokensOf);
  }
}

/** The key by which a request wants to be kept together with others; "": none. */
export function keyOf({ body }: RecordedRequest): string {
  return String(body.prompt_cache_key ?? "");
}

function piecesOf({ operation, body }: RecordedRequest): readonly Piece[] {
  const { tools = [], system = [], messages = [], instructions = "", input = [] }: Reading = body;
  const whole = operation === "messages"
    ? messages.flatMap(({ role, content }: Reading) => content.map((block: Reading) => [block, role]))
    : (operation === "chat/completions" ? messages : [instructions, ...input]).map((each: Reading) => [each]);
  const heads = [...tools, ...(operation === "messages" ? system : [])].map((each: Reading) => [each]);
  return [...heads, ...whole].map(([each, role = ""]) => ({
    text: role + JSON.stringify(each, (name, value) => name === "cache_control" ? undefined : value),
    isMarked: typeof each === "object" && each.cache_control !== undefined,
  }));
}

function endsOf(pieces: readonly Piece[]): readonly number[] {
  let end = 0;
  return pieces.map(({ text }) => end += text.length);
}

function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a[at] === b[at]) at++;
  return at;
}

function tokensOf(chars: number): number {
  return Math.floor(chars / CHARS_PER_TOKEN);
}
