import { isObject } from "./loose_values.ts";

/** Many servers parse the arguments of old calls and refuse the whole request over one that is no JSON object. */
export function wireArguments(text: string): string {
  return isJsonObject(text) ? text : JSON.stringify({ not_json: text });
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
