import { isTooDeep } from "./json_depth.ts";
import { isObject } from "./loose_values.ts";
import { wellFormedJson } from "../support/well_formed_json.ts";

/**
 * Many servers parse the arguments of old calls and refuse the whole request over one that is no JSON object, or that
 * has half of a character in it.
 */
export function wireArguments(text: string): string {
  return wellFormedJson(isJsonObject(text) ? text : JSON.stringify({ not_json: text }));
}

/** Whether the text is one complete JSON object that can be walked over. */
export function isJsonObject(text: string): boolean {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{") || !trimmed.endsWith("}") || isTooDeep(trimmed)) return false;
  try {
    return isObject(JSON.parse(trimmed));
  } catch {
    return false;
  }
}

/**
 * The arguments of a call as a model's server wrote them, for tools: none are an empty object, and JSON within a string of
 * JSON is taken out of it. What is no JSON stays as it is.
 */
export function readArguments(text: string): string {
  const trimmed = text.trim();
  if (["", "null", "[]", '""'].includes(trimmed)) return "{}";
  if (!trimmed.startsWith('"') || !trimmed.endsWith('"')) return text;
  const inner = stringIn(trimmed);
  return inner !== null && isJsonObject(inner) ? inner : text;
}

/** Arguments without the spaces between their parts, so that two that say the same are the same text. */
export function compactArguments(text: string): string {
  return isJsonObject(text) ? JSON.stringify(JSON.parse(text)) : text;
}

function stringIn(json: string): string | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}
