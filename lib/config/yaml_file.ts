import {
  Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  stringify,
  visit,
  YAMLParseError,
} from "yaml";
import { messageOf } from "../support/errors.ts";

/** Where something stands in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A parsed file: its value as plain data, or the reason why it has none. */
export interface YamlFile {
  /** Undefined when there is a problem; an empty file is an empty map. */
  readonly value: unknown;
  readonly problem: { readonly position: Position | null; readonly message: string } | null;
  /** Where the key or item stands, or else the innermost part of its path that is in the file. */
  positionOf(keys: readonly PropertyKey[]): Position | null;
  readonly document: Document;
}

const TOO_DEEP = "it is nested too deep";

/** How deep maps and lists may stand in each other: no config has ten. */
const MAX_DEPTH = 100;

/**
 * Parses YAML 1.2 with anchors and `<<` merges. Never throws; duplicate keys, tabs for indentation, what contains itself
 * and what is nested too deep are problems.
 */
export function parseYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parsed(text, lines);
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const positionOf = (keys: readonly PropertyKey[]) => {
    const offset = offsetOf(document, keys);
    return offset === null ? null : position(offset);
  };
  const broken = (message: string, offset: number | null): YamlFile => ({
    value: undefined,
    problem: { position: offset === null ? null : position(offset), message },
    positionOf,
    document,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    return broken(/call stack/.test(error.message) ? TOO_DEEP : error.message, error.pos[0]);
  }
  const fault = faultIn(document);
  if (fault !== null) return broken(fault.message, startOf(fault.node));
  try {
    return { value: document.toJS() ?? {}, problem: null, positionOf, document };
  } catch (thrown) { // an alias of nothing, or so many aliases that the value would explode
    return broken(messageOf(thrown), null);
  }
}

/** The parser has no limit of its own but the stack; what goes past it has no place. */
function parsed(text: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, merge: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const document = new Document();
    document.errors.push(new YAMLParseError([0, 0], "BAD_ALIAS", TOO_DEEP));
    return document;
  }
}

/** What makes a value that has no end, or that nobody can walk through. */
function faultIn(document: Document): { readonly node: unknown; readonly message: string } | null {
  let fault: ReturnType<typeof faultIn> = null;
  visit(document, (_key, node, path) => {
    if (path.length > MAX_DEPTH) fault = { node, message: TOO_DEEP };
    const whole = isAlias(node) ? node.resolve(document) : undefined;
    if (whole !== undefined && path.some((above) => above === whole)) {
      fault = {
        node,
        message: `the alias "${isAlias(node) ? node.source : ""}" stands in what it is an alias of`,
      };
    }
    return fault === null ? undefined : visit.BREAK;
  });
  return fault;
}

/** Block YAML of plain data, without a newline at the end. */
export function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 }).trimEnd();
}

/** YAML of plain data that fits on one line. */
export function toInlineYaml(value: unknown): string {
  const style = {
    collectionStyle: "flow",
    defaultStringType: "PLAIN",
    flowCollectionPadding: false,
  } as const;
  return stringify(value, { lineWidth: 0, ...style }).trimEnd().replace(/\s*\n\s*/g, " ");
}

/** A text as YAML reads it, null included; undefined when it is no YAML. */
export function parseYamlValue(text: string): unknown {
  const { document, problem } = parseYaml(text);
  if (problem !== null) return undefined;
  return text.trim() === "" ? "" : document.toJS();
}

/**
 * The file's text with `value` at `keys`, written anew: comments and order stay, spacing may change. Throws when
 * something in the way is no map.
 */
export function withValueAt(file: YamlFile, keys: readonly PropertyKey[], value: unknown): string {
  const { document } = file;
  for (let depth = 0; depth < keys.length; depth++) {
    const above = keys.slice(0, depth);
    const node = document.getIn(above, true);
    const isEmpty = node === null || (isScalar(node) && node.value === null);
    if (isEmpty && depth > 0) document.setIn(above, document.createNode({}));
  }
  document.setIn(keys, document.createNode(value));
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function offsetOf(document: Document, keys: readonly PropertyKey[]): number | null {
  let node: unknown = document.contents;
  let offset: number | null = null;
  for (const key of keys) {
    const child = childOf(node, key);
    if (child === null) break;
    offset = child.offset ?? offset;
    node = child.node;
  }
  return offset;
}

/** An entry of a map (at its key) or an item of a list (at its value). */
function childOf(node: unknown, key: PropertyKey): { node: unknown; offset: number | null } | null {
  if (isSeq(node) && typeof key === "number") {
    const item = node.items[key];
    return item === undefined ? null : { node: item, offset: startOf(item) };
  }
  if (!isMap(node)) return null;
  const pair = node.items.find((each) => isPair(each) && String(each.key) === String(key));
  return pair === undefined ? null : { node: pair.value, offset: startOf(pair.key) };
}

function startOf(node: unknown): number | null {
  const range = typeof node === "object" && node !== null && "range" in node ? node.range : null;
  return Array.isArray(range) ? range[0] : null;
}
