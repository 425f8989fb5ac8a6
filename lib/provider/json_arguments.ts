import { isObject } from "./loose_values.ts";
import { wellFormedJson } from "../support/well_formed_json.ts";

/**
 * Many servers parse the arguments of old calls and refuse the whole request over one that is no JSON object, or that
 * has half of a character in it.
 */
export function wireArguments(text: string): string {
  return wellFormedJson(isJsonObject(text) ? text : JSON.stringify({ not_json: text }));
}

/** Whether the text is one complete JSON object. */
export function isJsonObject(text: string): boolean {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{") || !trimmed.endsWith("}")) return false;
  try {
    return isObject(JSON.parse(trimmed));
  } catch {
    return false;
  }
}
