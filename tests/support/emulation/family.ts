import type { Reply } from "../scripted_server.ts";
import type { Asked } from "./asked.ts";
import type { Issued } from "./issued.ts";

/** What the model behind a server says, before the server puts it on its wire. */
export interface Said {
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly args: Readonly<Record<string, unknown>> }[];
}

/** Why a server does not take a request, in its own words. */
export interface Refused {
  readonly words: string;
  readonly reply: Reply;
}

/** A provider by its rules: what it refuses, as its reference, its errors and bug reports tell it. */
export interface Family {
  readonly name: string;
  readonly model: string;
  /** What config.yaml says of it beside its address and its key. */
  readonly provider: Readonly<Record<string, unknown>>;
  /** What config.yaml says of its model. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Rules that can only be learned from a refusal, as patterns of their words; each may come once per agent. */
  readonly teaches: readonly RegExp[];
  /** What is wrong with a request; null: nothing. */
  refuse(asked: Asked, issued: Issued): Refused | null;
  /** The answer on the wire, with what the server adds for itself and notes as issued. */
  answer(said: Said, asked: Asked, issued: Issued): Reply;
}
