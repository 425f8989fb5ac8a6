import type { Config } from "../config/schema.ts";
import type { EventBody } from "../protocol/events.ts";
import type { Judge } from "../tools/approval/judge.ts";
import { type Action, actionText, isNever, type Risk } from "../tools/approval/risk.ts";
import type { Clock } from "../support/clock.ts";
import { cutMiddle } from "../support/cut_middle.ts";
import { ToolFailure } from "../support/errors.ts";
import { orAborted } from "../support/or_aborted.ts";
import { visibleText } from "../support/visible_text.ts";
import type { ChildAsk } from "./ask_turns.ts";
import { Grants, type Verdict } from "./grants.ts";

/** What the approvals of a session stand on. */
export interface ApprovalGround {
  readonly clock: Clock;
  readonly config: Config["approvals"];
  readonly judge: Judge;
  /** Without secrets. */
  readonly redact: (text: string) => string;
  readonly emit: (body: EventBody, taskId?: string) => void;
  /** Whether nothing asks, as the command line says of the whole session. */
  readonly isYolo: boolean;
}

/** The agent that wants to act. */
export interface Asker {
  /** Null: the session's own agent. */
  readonly taskId: string | null;
  /** Whether nothing that it does asks, as the command said that delegated it. */
  readonly isYolo: boolean;
  /** Puts `what`, when nothing else that the agent asks is open, and waits for the answer; rejects with the signal's reason. */
  wait(what: string, ask: Pick<ChildAsk<Answer>, "open" | "known" | "signal">): Promise<Answer>;
}

/** A verdict and whose it is. */
export interface Answer extends Verdict {
  readonly by: "user" | "timeout" | "nobody" | "stopped";
}

/** An action that waits for somebody to allow it. */
export interface PendingApproval {
  readonly taskId: string | null;
  readonly what: string;
  readonly risks: readonly Risk[];
}

interface Open extends PendingApproval {
  readonly answer: (answer: Answer) => void;
}

/** How a denial is explained to the agent, by whose it is. */
const DENIED: Readonly<Record<Answer["by"] | "rule", string>> = {
  rule: "no agent may, whoever allows it",
  user: "the user did not allow it",
  timeout: "nobody allowed it in time",
  nobody: "nobody here can allow it",
  stopped: "the task was stopped",
};
/** How much of an action is told: nobody reads more, and some write a file with a command. */
const WHAT_CHARS = 10_000;
const NOBODY: Answer = { allow: false, scope: "once", by: "nobody" };

/** What agents want to do and may not without a yes: asked one at a time for each, remembered as far as was said. */
export class Approvals {
  readonly #ground: ApprovalGround;
  readonly #grants = new Grants();
  readonly #open: Open[] = [];
  #isYolo: boolean | null = null;
  #isLocked = false;
  /** Whose actions nobody can allow. */
  #unheard: "agent" | "all" | null = null;

  constructor(ground: ApprovalGround) {
    this.#ground = ground;
  }

  /** What waits for an answer, oldest first. */
  get open(): readonly PendingApproval[] {
    return this.#open;
  }

  /** Whether nothing asks in this session: as it was switched last, or started. */
  get isYolo(): boolean {
    return this.#isYolo ?? this.#ground.isYolo;
  }

  /** Switches asking off or on for all agents of the session; off, what waits is allowed. */
  set isYolo(isYolo: boolean) {
    if (isYolo && this.#isLocked) {
      throw new ToolFailure("denied", "Cannot stop asking: an agent started this session");
    }
    this.#isYolo = isYolo;
    if (isYolo) {
      for (const open of [...this.#open]) {
        open.answer({ allow: true, scope: "once", by: "user" });
      }
    }
  }

  /** From now on the session asks whatever is said: an agent has started it. */
  lock(): void {
    this.#isLocked = true;
    this.#isYolo = false;
  }

  /** From now on nobody can answer the session's own agent, or anybody: what waits is denied, what comes is so at once. */
  close(whom: "agent" | "all"): void {
    this.#unheard = whom;
    for (const open of [...this.#open]) if (this.#isUnheard(open.taskId)) open.answer(NOBODY);
  }

  /** Resolves when the action may go on. Rejects with {@linkcode ToolFailure} `denied`, or the signal's reason. */
  async allow(asker: Asker, action: Action, signal: AbortSignal): Promise<void> {
    const risks = await orAborted(this.#ground.judge(action), signal);
    if (risks.length === 0) return;
    const what = shortened(visibleText(this.#ground.redact(actionText(action))));
    const never = risks.filter(isNever);
    if (never.length > 0) throw denial(what, never, "rule");
    if (this.#isOff(asker)) return;
    const left = risks.filter((risk) => this.#grants.verdict(asker.taskId, [risk], what) !== true);
    if (left.length === 0) return;
    const pending = { taskId: asker.taskId, what, risks: left };
    const answer = this.#known(asker, pending) ?? await this.#ask(asker, pending, signal);
    if (!answer.allow) throw denial(what, left, answer.by);
  }

  /**
   * Answers what a task, or the session's own agent (null), waits for; undefined: what waits longest. Returns it. Throws
   * {@linkcode ToolFailure} `not_running` when nothing waits.
   */
  answer(taskId: string | null | undefined, verdict: Verdict): PendingApproval {
    const open = this.#open.find((each) => taskId === undefined || each.taskId === taskId);
    if (open === undefined) {
      const whose = taskId === undefined ? "nothing waits" : `${taskId ?? "the chat"} does not wait`;
      throw new ToolFailure(
        "not_running",
        `Cannot ${verdict.allow ? "approve" : "deny"}: ${whose} for approval`,
        {
          hint: "hermes list shows which tasks need input",
        },
      );
    }
    this.#grants.remember(open.taskId, open.risks, { ...verdict, what: open.what });
    open.answer({ ...verdict, by: "user" });
    this.#answerCovered();
    return open;
  }

  async #ask(asker: Asker, pending: PendingApproval, signal: AbortSignal): Promise<Answer> {
    let given: Answer = { ...NOBODY, by: "stopped" };
    return await asker.wait(`Allow ${pending.what} (it ${pending.risks.join("; ")})?`, {
      known: () => this.#known(asker, pending),
      open: (answer) =>
        this.#put({ ...pending, answer: (answerNow) => answer(given = answerNow) }, () => given),
      signal,
    });
  }

  /** What was said before, also while the agent waited for its turn; null: somebody has to be asked. */
  #known(asker: Asker, pending: PendingApproval): Answer | null {
    const { taskId, risks, what } = pending;
    const said = this.#isOff(asker) ? true : this.#grants.verdict(taskId, risks, what);
    if (said !== null) return { allow: said, scope: "once", by: "user" };
    if (!this.#isUnheard(taskId)) return null;
    this.#put({ ...pending, answer: () => {} }, () => NOBODY)[Symbol.dispose]();
    return NOBODY;
  }

  /** An answer for a task or the session may be one for others that wait. */
  #answerCovered(): void {
    for (const { taskId, risks, what, answer } of [...this.#open]) {
      const said = this.#grants.verdict(taskId, risks, what);
      if (said !== null) answer({ allow: said, scope: "once", by: "user" });
    }
  }

  #isOff({ isYolo }: Asker): boolean {
    return this.#isYolo ?? (isYolo || this.#ground.isYolo);
  }

  #isUnheard(taskId: string | null): boolean {
    if (taskId !== null && this.#ground.config.children === "deny") return true;
    return this.#unheard === "all" || (this.#unheard === "agent" && taskId === null);
  }

  /** Opens a request, which is a no when nobody answers in time; disposed, it says how it was `answered`. */
  #put(open: Open, answered: () => Answer): Disposable {
    const { clock, config, emit } = this.#ground;
    const { taskId, what, risks, answer } = open;
    this.#open.push(open);
    const timer = config.timeout === 0
      ? null
      : clock.after(config.timeout * 1000, () => answer({ ...NOBODY, by: "timeout" }));
    emit({ type: "approval.requested", what, why: risks.join("; ") }, taskId ?? undefined);
    return {
      [Symbol.dispose]: () => {
        timer?.[Symbol.dispose]();
        this.#open.splice(this.#open.indexOf(open), 1);
        const { allow: allowed, scope, by } = answered();
        emit({ type: "approval.answered", what, allowed, scope, by }, taskId ?? undefined);
      },
    };
  }
}

function shortened(what: string): string {
  return cutMiddle(what, WHAT_CHARS, (left) => ` [${left} more characters] `);
}

function denial(what: string, risks: readonly Risk[], by: keyof typeof DENIED): ToolFailure {
  return new ToolFailure(
    "denied",
    `Cannot ${what.replace(": ", " ")}: it ${risks.join("; ")}, and ${DENIED[by]}`,
    {
      hint: "Do not try it in other words. Find a way without it, or say what was not allowed",
    },
  );
}
