import type { Api } from "../protocol/dialect.ts";
import type { Wire } from "./wire.ts";
import { CHAT_WIRE } from "./wire_chat.ts";

const LOADERS: Readonly<Record<Api, () => Promise<Wire>>> = {
  chat: () => Promise.resolve(CHAT_WIRE), // of nearly all, so that it comes with the rest
  responses: async () => (await import("./wire_responses.ts")).RESPONSES_WIRE,
  messages: async () => (await import("./wire_messages.ts")).MESSAGES_WIRE,
};

/** The wire of that name. The rarer ones are loaded on first use, because every child pays for the code that it loads. */
export function loadWire(api: Api): Promise<Wire> {
  return LOADERS[api]();
}
