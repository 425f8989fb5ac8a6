import fc from "fast-check";
import type { Message } from "../../lib/protocol/conversation.ts";

const name = fc.string({ minLength: 1, maxLength: 12 });
const calls = fc.array(fc.record({ id: name, name, arguments: fc.string() }));

/** Any part of a conversation: what a user says, or what the model does with the results of its calls. */
export const anyTurn: fc.Arbitrary<readonly Message[]> = fc.oneof(
  fc.string().map((content) => [{ role: "user" as const, content }]),
  fc.tuple(fc.string(), calls, fc.string()).map(([content, toolCalls, result]) => [
    { role: "assistant" as const, content, toolCalls },
    ...toolCalls.map(({ id }) => ({ role: "tool" as const, callId: id, content: result })),
  ]),
);
