import { isAlias, isCollection, isMap, isNode, isPair, isScalar, isSeq, type Node, type Pair } from "yaml";
import { toInlineYaml, toYaml, type YamlFile } from "./yaml_file.ts";

/** Where in a value something stands: names, and indexes of lists. */
export type Keys = readonly (string | number)[];

const STEP = "  ";

/**
 * The text with `value` at `keys`, in which all else stays byte for byte; null where that cannot be done by replacing or
 * adding characters. What it comes to is not checked.
 */
export function withSpliced(text: string, file: YamlFile, keys: Keys, value: unknown): string | null {
  const found = pairAt(file, keys);
  if (found !== null) return replaced(text, found, value);
  for (let depth = keys.length - 1; depth >= 0; depth--) {
    const above = nodeAt(file, keys.slice(0, depth));
    if (above !== undefined) return added(text, { file, above, keys, depth, value });
  }
  return null;
}

/** The texts that come of taking `keys` out, the most careful first; none is checked. */
export function withoutKey(text: string, file: YamlFile, keys: Keys): readonly string[] {
  const found = pairAt(file, keys);
  if (found === null) return [];
  const above = nodeAt(file, keys.slice(0, -1));
  if (isCollection(above) && above.flow === true) {
    const start = startOf(found);
    const end = endOf(found);
    const before = text.slice(0, start);
    const after = text.slice(end);
    const withComma = [before.replace(/\s*,\s*$/, "") + after, before + after.replace(/^\s*,\s*/, "")];
    return above.items[0] === found ? withComma.toReversed() : withComma;
  }
  const parent = keys.length === 1 ? null : pairAt(file, keys.slice(0, -1));
  const asEmpty = isMap(above) && above.items.length === 1 && parent !== null
    ? replaced(text, parent, {})
    : null;
  const lines = [lineStart(text, startOf(found)), lineEnd(text, endOf(found))] as const;
  const removed = text.slice(0, lines[0]) + text.slice(lines[1]);
  const kept = hasComment(text, found) ? [emptied(text, found), switchedOff(text, found)] : [];
  return [...kept, removed, ...asEmpty === null ? [] : [asEmpty]];
}

/** An entry of a map, or an item of a list. */
type Place = Pair | Node;

function pairAt(file: YamlFile, keys: Keys): Place | null {
  const above = nodeAt(file, keys.slice(0, -1));
  const key = keys.at(-1);
  if (isSeq(above) && typeof key === "number") {
    const item = above.items[key];
    return isNode(item) ? item : null;
  }
  if (!isMap(above)) return null;
  return above.items.find((each) =>
    isPair(each) && isScalar(each.key) && String(each.key.value) === String(key)
  ) ??
    null;
}

/** Undefined: there is no such key; null: its value is empty. */
function nodeAt(file: YamlFile, keys: Keys): Node | null | undefined {
  if (keys.length === 0) return file.document.contents;
  const place = pairAt(file, keys);
  if (place === null) return undefined;
  const node = isPair(place) ? place.value : place;
  if (!isNode(node) || (isScalar(node) && node.value === null)) return null;
  return node;
}

function replaced(text: string, place: Place, value: unknown): string | null {
  const node = isPair(place) ? place.value : place;
  if (isAlias(node) || (isNode(node) && (node.tag !== undefined || ("anchor" in node && node.anchor)))) {
    return null;
  }
  const inline = toInlineYaml(value);
  if (isScalar(node) && node.range && node.range[1] > node.range[0] && !isBlockScalar(node)) {
    return text.slice(0, node.range[0]) + inline + text.slice(node.range[1]);
  }
  if (isCollection(node) && node.flow === true && node.range) {
    return text.slice(0, node.range[0]) + inline + text.slice(node.range[1]);
  }
  if (!isPair(place)) return null;
  const bare = emptied(text, place);
  const colon = colonOf(text, place);
  return `${bare.slice(0, colon)} ${inline}${bare.slice(colon)}`;
}

/** The entry without its value, whose comment on the line of the key stays. */
function emptied(text: string, place: Place): string {
  const node = isPair(place) ? place.value : place;
  const colon = colonOf(text, place);
  if (!isNode(node) || !node.range || node.range[1] <= node.range[0]) return text;
  const isOnLine = !text.slice(colon, node.range[0]).includes("\n");
  if (isOnLine && !isBlockScalar(node)) return text.slice(0, colon) + text.slice(node.range[1]);
  const from = isOnLine ? lineEnd(text, colon) : lineStart(text, node.range[0]);
  const head = isOnLine ? text.slice(0, colon) + newlineOf(text) : text.slice(0, from);
  return head + text.slice(lineEnd(text, endOf(place)));
}

/** The entry as an example, where an empty value would be one of its own; its first line only. */
function switchedOff(text: string, place: Place): string {
  const start = startOf(place);
  return `${text.slice(0, start)}#${text.slice(start)}`;
}

interface Addition {
  readonly file: YamlFile;
  readonly above: Node | null;
  readonly keys: Keys;
  /** How many of the keys lead to what is above. */
  readonly depth: number;
  readonly value: unknown;
}

function added(text: string, { file, above, keys, depth, value }: Addition): string | null {
  const rest = keys.slice(depth);
  const nested = rest.reduceRight<unknown>(
    (inner, key) => typeof key === "number" ? [inner] : { [key]: inner },
    value,
  );
  if (isCollection(above)) {
    if (isSeq(above) && rest[0] !== above.items.length) return null;
    if (above.flow === true) return addedInFlow(text, above, nested);
    if (depth === 0) return insertedAt(text, text.length, "", nested);
    const last = above.items.at(-1);
    const first = above.items[0];
    if (!isPlace(last) || !isPlace(first)) return null;
    const indent = text.slice(lineStart(text, startOf(first)), startOf(first)).replace(/[^\s].*$/, "");
    return insertedAt(text, lineEnd(text, endOf(last)), indent, nested);
  }
  if (above !== null) return null;
  if (depth === 0) return insertedAt(text, text.length, "", nested);
  if (typeof rest[0] === "number" && rest[0] !== 0) return null;
  const place = pairAt(file, keys.slice(0, depth));
  if (place === null || !isPair(place)) return null;
  const bare = emptied(text, place); // a null that is written out gives way
  const outer = text.slice(lineStart(text, startOf(place)), startOf(place));
  if (/\S/.test(outer)) return null;
  return insertedAt(bare, lineEnd(bare, colonOf(text, place)), outer + STEP, nested);
}

function addedInFlow(
  text: string,
  above: Node & { readonly items: readonly unknown[] },
  nested: unknown,
): string | null {
  if (!above.range) return null;
  const inner = toInlineYaml(nested).replace(/^[{[]\s*|\s*[}\]]$/g, "");
  const close = above.range[1] - 1;
  const before = text.slice(0, close).trimEnd();
  const isEmpty = above.items.length === 0;
  const comma = isEmpty || before.endsWith(",") ? (before.endsWith(",") ? " " : "") : ", ";
  return before + comma + inner + text.slice(isEmpty ? close : before.length);
}

/** Whole lines at the beginning of a line. */
function insertedAt(text: string, at: number, indent: string, nested: unknown): string {
  const newline = newlineOf(text);
  const before = text.slice(0, at);
  const lines = toYaml(nested).split("\n").map((line) => line === "" ? line : indent + line).join(newline);
  return before + (before === "" || before.endsWith("\n") ? "" : newline) + lines + newline + text.slice(at);
}

function isPlace(item: unknown): item is Place {
  return isPair(item) || isNode(item);
}

function isBlockScalar(node: Node): boolean {
  return isScalar(node) && (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED");
}

function startOf(place: Place): number {
  const node = isPair(place) ? place.key : place;
  return isNode(node) && node.range ? node.range[0] : 0;
}

/** Behind the last character of its value; of an empty one, behind its key. */
function endOf(place: Place): number {
  const node = isPair(place) ? place.value : place;
  if (isCollection(node) && node.flow !== true) {
    const last = node.items.at(-1);
    if (isPlace(last)) return endOf(last);
  }
  if (isNode(node) && node.range && node.range[1] > node.range[0]) return node.range[1];
  return isPair(place) && isNode(place.key) && place.key.range ? place.key.range[1] : startOf(place);
}

/** Behind the colon of an entry. */
function colonOf(text: string, place: Place): number {
  const from = isPair(place) && isNode(place.key) && place.key.range ? place.key.range[1] : startOf(place);
  return text.indexOf(":", from) + 1;
}

function hasComment(text: string, place: Place): boolean {
  if (!isPair(place)) return false;
  const colon = colonOf(text, place);
  const node = place.value;
  const from = isNode(node) && node.range && !text.slice(colon, node.range[1]).includes("\n")
    ? node.range[1]
    : colon;
  return /^[ \t]+#/.test(text.slice(from, lineEnd(text, from)));
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

/** Behind the line end; where the place before is one, that place. */
function lineEnd(text: string, at: number): number {
  if (at > 0 && text[at - 1] === "\n") return at;
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}

function newlineOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
