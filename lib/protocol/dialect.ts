/** The wire formats by which a model can be asked, as config.yaml names them. */
export const APIS = ["chat", "responses", "messages"] as const;
/** One of {@linkcode APIS}. */
export type Api = typeof APIS[number];

/**
 * What some servers want of the messages they are sent:
 * - `reasoning_content`: the field on every message of the model, with a blank where nothing is known of it;
 * - `thought_signature`: a signature on the first call of each message, a documented stand-in where there is none;
 * - `text_beside_calls`: a text, if only an empty one, in a message with calls;
 * - `nine_char_ids`: call ids of nine letters and digits;
 * - `assistant_after_tools`: a message of the model between results of tools and a message of the user;
 * - `alternating_roles`: the same, and no two messages of the user in a row;
 * - `system_as_user`: the system prompt in a message of the user.
 */
export const QUIRKS = [
  "reasoning_content",
  "thought_signature",
  "text_beside_calls",
  "nine_char_ids",
  "assistant_after_tools",
  "alternating_roles",
  "system_as_user",
] as const;
/** One of {@linkcode QUIRKS}. */
export type Quirk = typeof QUIRKS[number];

/** How one model of one server wants to be asked, from config.yaml, from what is known of it, and from its refusals. */
export interface Dialect {
  readonly api: Api;
  /** The wire is not settled by config.yaml: another one may be tried when the server says so. */
  readonly isApiOpen: boolean;
  /** The field of a chat request that limits the answer. */
  readonly limitField: string;
  /** The server keeps requests with the same cache key together. */
  readonly takesCacheKey: boolean;
  /** Names of optional fields, of requests or of messages, that the server refused. */
  readonly refused: readonly string[];
  readonly quirks: readonly Quirk[];
  /** The largest output limit that the server takes, in tokens; null: unknown. */
  readonly maxOutput: number | null;
}

/** What a server's refusals have taught of a model, to be laid over what config.yaml says. */
export type Lessons = Pick<Dialect, "api" | "limitField" | "refused" | "quirks" | "maxOutput">;

/** A dialect of which nothing special is known. */
export const PLAIN_DIALECT: Dialect = {
  api: "chat",
  isApiOpen: false,
  limitField: "max_tokens",
  takesCacheKey: false,
  refused: [],
  quirks: [],
  maxOutput: null,
};

/** A dialect with what was learned of it; a wire that config.yaml settles stays. */
export function withLessons(dialect: Dialect, lessons: Lessons): Dialect {
  return {
    ...dialect,
    api: dialect.isApiOpen ? lessons.api : dialect.api,
    limitField: lessons.limitField,
    refused: union(dialect.refused, lessons.refused),
    quirks: union(dialect.quirks, lessons.quirks),
    maxOutput: lessons.maxOutput ?? dialect.maxOutput,
  };
}

function union<Item>(a: readonly Item[], b: readonly Item[]): readonly Item[] {
  return [...new Set([...a, ...b])];
}
