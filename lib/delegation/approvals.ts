import type { Config } from "../config/schema.ts";
import type { EventBody } from "../protocol/events.ts";
import type { Judge } from "../tools/approval/judge.ts";
import { type Action, actionText, type Risk } from "../tools/approval/risk.ts";
import type { Clock } from "../support/clock.ts";
import { ToolFailure } from "../support/errors.ts";
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
  /** Puts `what` and waits for the answer that `open` brings; rejects with the signal's reason. */
  wait(
    what: string,
    open: (answer: (verdict: Answer) => void) => Disposable,
    signal: AbortSignal,
  ): Promise<Answer>;
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
const DENIED: Readonly<Record<Answer["by"], string>> = {
  user: "the user did not allow it",
  timeout: "nobody allowed it in time",
  nobody: "nobody here can allow it",
  stopped: "the task was stopped",
};
const NOBODY: Answer = { allow: false, scope: "once", by: "nobody" };

/** What agents want to do and may not without a yes: asked one at a time for each, remembered as far as was said. */
export class Approvals {
  readonly #ground: ApprovalGround;
  readonly #grants = new Grants();
  readonly #open: Open[] = [];
  #isYolo: boolean | null = null;
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
    this.#isYolo = isYolo;
    if (isYolo) {
      for (const open of [...this.#open]) {
        open.answer({ allow: true, scope: "once", by: "user" });
      }
    }
  }

  /** From now on nobody can answer the session's own agent, or anybody: what waits is denied, what comes is so at once. */
  close(whom: "agent" | "all"): void {
    this.#unheard = whom;
    for (const open of [...this.#open]) if (this.#isUnheard(open.taskId)) open.answer(NOBODY);
  }

  /** Resolves when the action may go on. Rejects with {@linkcode ToolFailure} `denied`, or the signal's reason. */
  async allow(asker: Asker, action: Action, signal: AbortSignal): Promise<void> {
    if (this.#isYolo ?? (asker.isYolo || this.#ground.isYolo)) return;
    const risks = await this.#ground.judge(action);
    if (risks.length === 0) return;
    const { taskId } = asker;
    const what = this.#ground.redact(actionText(action));
    const verdicts = risks.map((risk) => ({ risk, said: this.#grants.verdict(taskId, risk, what) }));
    const left = verdicts.filter(({ said }) => said !== true).map(({ risk }) => risk);
    if (left.length === 0) return;
    if (verdicts.some(({ said }) => said === false)) throw denial(what, left, "user");
    const answer = await this.#ask(asker, { taskId, what, risks: left }, signal);
    if (answer.by === "user") this.#grants.remember(taskId, left, { ...answer, what });
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
    open.answer({ ...verdict, by: "user" });
    return open;
  }

  async #ask(asker: Asker, pending: PendingApproval, signal: AbortSignal): Promise<Answer> {
    const { what, risks } = pending;
    if (this.#isUnheard(pending.taskId)) {
      this.#put({ ...pending, answer: () => {} }, () => NOBODY)[Symbol.dispose]();
      return NOBODY;
    }
    let given: Answer = { ...NOBODY, by: "stopped" };
    const open = (answer: (answer: Answer) => void) =>
      this.#put({ ...pending, answer: (answerNow) => answer(given = answerNow) }, () => given);
    return await asker.wait(`Allow ${what} (it ${risks.join("; ")})?`, open, signal);
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

function denial(what: string, risks: readonly Risk[], by: Answer["by"]): ToolFailure {
  return new ToolFailure(
    "denied",
    `Cannot ${what.replace(": ", " ")}: it ${risks.join("; ")}, and ${DENIED[by]}`,
    {
      hint: "Do not try it in other words. Find a way without it, or say what was not allowed",
    },
  );
}
