import type { Call, ChatBody } from "./wire.ts";

/** What one case asks of the program. All directories exist, are empty and belong to this case alone. */
export interface Setup {
  /** For the program's state and home. */
  readonly state: string;
  /** Where it is started. */
  readonly work: string;
  /** An OpenAI-compatible server: `POST {baseUrl}/chat/completions`, streaming. It must be the only one asked. */
  readonly baseUrl: string;
  /** The key to send to it. */
  readonly apiKey: string;
  /** One answer to a prompt, ended when nothing runs any more; or goals given to children with no parent model. */
  readonly start: { readonly prompt: string } | { readonly goals: readonly string[] };
  /** Children that work at once. */
  readonly slots: number;
  /** Tasks that may wait for a slot; one more is refused. */
  readonly queue: number;
  /** Levels of children: 1 means that children have none of their own. */
  readonly depth: number;
  /** Characters of a summary that an announcement carries. */
  readonly noticeChars: number;
}

/** A command to start, with its whole environment. Its standard input is empty. */
export interface Start {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/** How the suite speaks to one program. Only `name` and `prepare` are needed by one that spells as hermes does. */
export interface Adapter {
  readonly name: string;
  /** Writes what the program needs and says how to start it; null when it has no such thing: the case is skipped. */
  prepare(setup: Setup): Start | null;
  /** A call in our spelling (`calls.ts`) as the program's own tools have it. */
  toCall?(call: Call): Call;
  /** The text of a tool result as the object of our spelling; `tool` is the program's own name of it. */
  fromReply?(tool: string, text: string): unknown;
  /** Whether the first request of a conversation is a child's. Without it: when it offers the tool `finish`. */
  isChild?(body: ChatBody): boolean;
}

/** What the module of an adapter exports by default; `program` is the value of `--program`. */
export type MakeAdapter = (program?: string) => Adapter;
