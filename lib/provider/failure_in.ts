import { type Fields, isObject, objectOf, stringOf } from "./loose_values.ts";

/**
 * What a chunk says that the request failed with, in the server's own terms: an `error` of it or of one of its choices, or
 * the chunk itself where it is nothing else. Null: it says nothing of the kind.
 */
export function failureIn(chunk: Fields): unknown {
  const { error, errors, choices, x_groq: groq, base_resp: response } = chunk;
  if (!isBlank(error)) return error;
  if (Array.isArray(errors) && !isBlank(errors)) return errors[0];
  if (isObject(groq) && !isBlank(groq.error)) return groq.error;
  if (Array.isArray(choices)) {
    for (const choice of choices) {
      const found = ofChoice(objectOf(choice));
      if (found !== null) return found;
    }
  }
  const { status_code: code, status_msg: message } = objectOf(response); // MiniMax
  if (Number(code ?? 0) !== 0) return { code, message };
  return isNothingElse(chunk) ? chunk : null;
}

function ofChoice({ error, delta, message }: Fields): unknown {
  if (!isBlank(error)) return error;
  if (isObject(delta) && !isBlank(delta.error)) return delta.error;
  return isObject(message) && !isBlank(message.error) ? message.error : null;
}

/** What an answer has of its own on any wire. */
const ANSWER_FIELDS = ["choices", "output", "content", "delta", "response", "item", "content_block", "usage"];

/** Whether there is nothing in a chunk but that something went wrong. */
function isNothingElse(chunk: Fields): boolean {
  const { object, type, status, success } = chunk;
  if (object === "error" || type === "error" || success === false) return true;
  if (ANSWER_FIELDS.some((name) => isObject(chunk[name]))) return false;
  if (status === "error") return true;
  const says = [chunk.message, chunk.msg, chunk.detail].some((each) => stringOf(each).trim() !== "");
  return says && object === undefined && (type === undefined || /error|exception|fail/i.test(String(type)));
}

/** Whether a value says nothing, such as the empty error that some servers put into every chunk. */
function isBlank(value: unknown): boolean {
  if (!value) return true;
  if (isObject(value)) return Object.values(value).every(isBlank);
  return (typeof value === "string" && /^\s*(null|none)?\s*$/i.test(value));
}
