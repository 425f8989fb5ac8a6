import { shortened } from "../support/cut_text.ts";
import { innerWords } from "./inner_words.ts";
import { askedMs, untilMs } from "./server_times.ts";

/** What a server said in an error. */
export interface ServerWords {
  /** One line for people, of at most 300 characters. */
  readonly text: string;
  /** All its messages and codes, for telling errors apart. */
  readonly words: string;
  /** The HTTP status that stands in the error itself, as in the middle of a stream. */
  readonly status: number | null;
  /** How long it asks to wait, in milliseconds; null when it does not. */
  readonly waitMs: number | null;
}

/** How much of a server's own words is repeated, in characters. */
const QUOTED_CHARS = 300;
/** More words than this are not looked at. */
const READ_CHARS = 20_000;

/**
 * Reads an error body; its reason may stand in JSON, in JSON inside JSON, in a page or in plain text. `now` as the
 * server's clock has it; NaN: unknown.
 */
export function serverWords(body: string, now: number): ServerWords {
  const { messages, codes, statuses, waits } = innerWords(body);
  const said = once(messages.map(sentence).filter((each) => each !== ""));
  const code = codes.find((each) => /^[\w.:/-]+$/.test(each)) ?? "";
  const text = said.length === 0 ? code || body : named(said.join(": "), code);
  const words = [...messages, ...codes].join("\n").slice(0, READ_CHARS);
  const wait = waits.map(([name, value]) => waitOf(name, value, now)).find((each) => each !== null);
  return {
    text: shortened(oneLine(text), QUOTED_CHARS),
    words,
    status: statuses[0] ?? null,
    waitMs: wait ?? askedMs(words),
  };
}

/** `retry_after_ms`, `retryDelay: "34s"`, `X-RateLimit-Reset` and the like. */
function waitOf(name: string, value: string, now: number): number | null {
  const isBareMs = /(ms|millis(econds)?)$/i.test(name) && /^\s*\d+(\.\d+)?\s*$/.test(value);
  return untilMs(isBareMs ? `${Number(value) / 1000}` : value, now);
}

/** Without what another one says, too. */
function once(messages: readonly string[]): readonly string[] {
  return messages.filter((each, index) =>
    !messages.some((other, at) => at !== index && other.includes(each) && (other !== each || at < index))
  );
}

function sentence(message: string): string {
  return oneLine(message).replace(/\.$/, "");
}

function named(message: string, code: string): string {
  return code === "" || message.includes(code) ? message : `${message} (${code})`;
}

/** Without control characters, as it is shown on terminals. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
}
