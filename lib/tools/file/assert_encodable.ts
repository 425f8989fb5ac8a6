import { ToolFailure } from "../../support/errors.ts";
import { type Encoding, encodingName } from "../../support/encoding_watch.ts";
import { cannot } from "./file_failure.ts";
import type { Target } from "./target.ts";

const STANDS_FOR_A_BYTE = "\ufffd";

/**
 * Throws {@linkcode ToolFailure} `encoding` for a text that cannot be written in the encoding of the file, and for one
 * in which U+FFFD stands more often than `before`, which is asked only then: somebody read the file without knowing its
 * encoding, and each of them would destroy what it stands for.
 */
export async function assertEncodable(
  target: Target,
  { text, encoding }: { readonly text: string; readonly encoding: Encoding },
  before: () => string | Promise<string>,
): Promise<void> {
  const { codec, faults } = encoding;
  const isPlain = codec.name === "UTF-8" && faults === 0;
  if (!isPlain && text.includes(STANDS_FOR_A_BYTE) && countIn(text) > countIn(await before())) {
    throw new ToolFailure(
      "encoding",
      `${cannot(target.attempt)}: the text has U+FFFD, which the file has not`,
      {
        hint: `It stands for bytes that were not understood; the file is ${shown(encoding)}. ` +
          "Read it again, and change only lines without U+FFFD, with patch",
      },
    );
  }
  const missing = codec.lacks(text);
  if (missing === null) return;
  const state = `it is ${codec.name}, which has no "${missing}" (${codePoint(missing)})`;
  throw new ToolFailure("encoding", `${cannot(target.attempt)}: ${state}`, {
    hint: `Write it with other characters, or turn the whole file into UTF-8 first (iconv -f ${codec.name})`,
  });
}

function shown(encoding: Encoding): string {
  return encoding.faults > 0 ? `UTF-8 but for ${encoding.faults} bytes` : encodingName(encoding);
}

function countIn(text: string): number {
  return text.split(STANDS_FOR_A_BYTE).length - 1;
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
