import type { Setup } from "./adapter.ts";
import type { Stage } from "./stage.ts";

/** What a case may ask for besides the defaults; see {@linkcode Setup}. */
export type Wishes = Partial<Pick<Setup, "start" | "slots" | "queue" | "depth" | "noticeChars">>;

/** One demand of the contract, as a script that a program passes or fails. */
export interface Case {
  /** Lower case, with hyphens; unique. */
  readonly name: string;
  /** What the program must do, in one sentence. */
  readonly demands: string;
  /** What goes wrong for people when it does not. */
  readonly because: string;
  readonly wishes?: Wishes;
  /** Plays the models' part and throws when the program does not do its own. */
  run(stage: Stage): Promise<void>;
}
