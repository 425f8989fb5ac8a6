/** Which model of which provider, resolved from config; never holds a key. */
export interface ModelRef {
  readonly provider: string;
  readonly model: string;
  /** Sent only when not null. */
  readonly reasoningEffort: string | null;
}
