import { Buffer } from "node:buffer";
import type { KnownSecret } from "./redact.ts";
import type { Replacing } from "./redacted_stream.ts";

/** Fewer characters of base64 would be found in harmless text, too. */
const MIN_BASE64_CHARS = 8;

/** Finds secrets to the letter, in all their spellings; of two that begin together the longer counts. Null: there are none. */
export function knownSecrets(
  known: readonly KnownSecret[],
  marker: (name: string) => string,
): Replacing | null {
  const markers = new Map<string, string>();
  for (const { name, value } of known) {
    for (const form of spellings(value)) if (!markers.has(form)) markers.set(form, marker(name));
  }
  const forms = [...markers.keys()].sort((a, b) => b.length - a.length);
  if (forms.length === 0) return null;
  const inJson = new RegExp([...new Set(forms.map(asJson))].map((form) => RegExp.escape(form)).join("|"));
  return {
    regex: new RegExp(forms.map((form) => RegExp.escape(form)).join("|"), "g"),
    openFrom: beginningsOf(forms),
    mayHold: () => true,
    mayHoldInJson: (json) => inJson.test(json),
    replacement: (match) => markers.get(match) ?? match,
  };
}

/** Where the end of a text may be the beginning of one of these forms, the longest of which comes first. */
function beginningsOf(forms: readonly string[]): Replacing["openFrom"] {
  const longest = forms[0]?.length ?? 0;
  const byFirst = Map.groupBy(forms, (form) => form[0] ?? "");
  return (text, from) => {
    for (let at = Math.max(from, text.length - longest + 1); at < text.length; at++) {
      const left = text.length - at;
      const isOpen = (form: string) => form.length > left && form.startsWith(text.slice(at));
      if (byFirst.get(text[at] ?? "")?.some(isOpen)) return at;
    }
    return text.length;
  };
}

/** A value as it is, as JSON and URLs spell it, and its base64 alone, with or without padding or a line end. */
function spellings(value: string): ReadonlySet<string> {
  const bytes = Buffer.from(value.toWellFormed());
  const base64 = [bytes.toString("base64"), Buffer.concat([bytes, Buffer.from("\n")]).toString("base64")];
  const plain = base64.flatMap((form) => [form, form.replace(/=+$/, "")]);
  const url = encodeURIComponent(value.toWellFormed());
  return new Set([
    value,
    asJson(value),
    url,
    url.replaceAll("%20", "+"),
    url.replaceAll(/%../g, (code) => code.toLowerCase()),
    ...[...plain, ...plain.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))]
      .filter((form) => form.length >= MIN_BASE64_CHARS),
  ]);
}

/** How JSON spells a text within a longer one. */
function asJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
