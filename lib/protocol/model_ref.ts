/** Which model of which provider, resolved from config; never holds a key. */
export interface ModelRef {
  readonly provider: string;
  readonly model: string;
  /** Sent only when not null. */
  readonly reasoningEffort: string | null;
}

/** What the client of a model has to know besides it; never a key. */
export interface ModelWays {
  /** Where to go on while its provider is down, in this order. */
  readonly fallbacks: readonly ModelRef[];
  /** The wire of each provider among all of these; chat where none is named. */
  readonly apis: Readonly<Record<string, "chat" | "responses">>;
}
