import type { Dialect } from "./dialect.ts";

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
  /** How each of all these wants to be asked, by {@linkcode modelName}; plain where none is named. */
  readonly dialects: Readonly<Record<string, Dialect>>;
  /** What the requests of a session have in common, for servers that keep such requests together. */
  readonly cacheKey: string;
}

/** A model as it is named to people, and in {@linkcode ModelWays}: `provider/model`. */
export function modelName({ provider, model }: Pick<ModelRef, "provider" | "model">): string {
  return `${provider}/${model}`;
}
