/** A JSON object that another program wrote: a case asserts on every field that it uses. */
// deno-lint-ignore no-explicit-any -- giving it a type here would be taking the program at its word
export type Reading = any;

/** The body of a Chat Completions request, as far as the suite reads it. */
export interface ChatBody {
  readonly messages: readonly WireMessage[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
  readonly tool_choice?: unknown;
  readonly stream?: boolean;
}

/** One message of a {@linkcode ChatBody}. */
export interface WireMessage {
  readonly role: string;
  readonly content?: string | readonly { readonly text?: string }[] | null;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
  readonly tool_call_id?: string;
}

/** A tool call as a model asks for it. */
export interface Call {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** The text of a message, whichever of its two shapes it has on the wire. */
export function textOf({ content }: WireMessage): string {
  if (typeof content === "string") return content;
  return (content ?? []).map((part) => part.text ?? "").join("");
}

/** The user-role texts of a body, in order. */
export function userTexts({ messages }: ChatBody): string[] {
  return messages.filter(({ role }) => role === "user").map(textOf);
}

/** The messages that came after the model's last answer. */
export function newMessages({ messages }: ChatBody): readonly WireMessage[] {
  return messages.slice(messages.findLastIndex(({ role }) => role === "assistant") + 1);
}

/** The name of the tool that a tool message answers; empty when no call fits. */
export function toolOf({ messages }: ChatBody, result: WireMessage): string {
  const calls = messages.flatMap((message) => message.tool_calls ?? []);
  return calls.findLast(({ id }) => id === result.tool_call_id)?.function.name ?? "";
}
