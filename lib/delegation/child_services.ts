import type { AskArguments } from "../tools/delegation/ask_parent.ts";
import type { ClosingOffer, ClosingReply } from "../protocol/worker_messages.ts";
import { ProviderError, toWireError } from "../support/errors.ts";
import { childApproval } from "./askers.ts";
import type { ChildRun } from "./child_run.ts";
import type { Shell } from "../tools/tool.ts";
import { guardedShell } from "../tools/terminal/guarded_shell.ts";
import { judgeClosing } from "./closing.ts";
import { callDelegation } from "./delegation_calls.ts";
import { Leases } from "./leases.ts";
import type { Services } from "./service_calls.ts";
import type { Supervisor } from "./supervisor.ts";
import { accountOf } from "./task_account.ts";
import type { TaskRecord } from "./task_record.ts";
import { WorkTreeChanges } from "./work_tree.ts";

/** What one child may ask of its parent, each answered on its behalf and on its account. Disposed, it holds nothing. */
export function childServices(supervisor: Supervisor, run: ChildRun): Services & Disposable {
  const { record } = run;
  const { ground } = supervisor;
  const approve = childApproval(supervisor, run);
  const shell = ground.shellFor(record.id);
  const broker = ground.broker.forTask(accountOf(supervisor, record));
  const leases = new Leases(broker);
  const changes = new WorkTreeChanges(record.spec.cwd, ground.clock);
  const watched: Shell = {
    async run(command, signal) {
      await changes.begin(signal);
      return await shell.run(command, signal);
    },
  };
  const guarded = guardedShell(watched, approve);
  let isNudged = false;

  /** Whether there is a turn left to work in; the last one is the hand-over. */
  function canGoOn(turn: number): boolean {
    if (run.isEnding || run.isHandingOver || broker.isSpent) return false;
    return turn + 1 < record.spec.limits.maxTurns;
  }

  async function close(offer: ClosingOffer, signal: AbortSignal): Promise<ClosingReply> {
    if (offer.finishArguments !== null) record.evidence.toolCall("finish");
    const judgement = await judgeClosing(record.spec, offer);
    if ("final" in judgement && run.isHandingOver) {
      run.complete(judgement.final);
      return { accepted: true };
    }
    await supervisor.drainChildren(record, signal);
    // Its tasks are being parked: it goes on with them elsewhere, and offers its last word again.
    if (supervisor.table.childrenOf(record.id).some(({ isFinal }) => !isFinal)) {
      await run.passBoundary(signal);
    }
    record.evidence.changedFiles(await changes.end(signal));
    const messages = canGoOn(offer.turn) ? supervisor.mail.takeLate(record, offer.turn + 1) : [];
    if (messages.length > 0) {
      return {
        accepted: false,
        toolResult: refusal("not_finished", "Read what came meanwhile first"),
        messages,
      };
    }
    if ("final" in judgement) {
      run.complete(judgement.final);
      return { accepted: true };
    }
    if (isNudged) run.fail("bad_output", judgement.fault);
    isNudged = true;
    const isCall = offer.finishArguments !== null;
    const toolResult = refusal("invalid_arguments", judgement.fault);
    return { accepted: false, toolResult, messages: isCall ? [] : [judgement.fault] };
  }

  async function ask(question: string, signal: AbortSignal): Promise<{ readonly answer: string }> {
    return { answer: await supervisor.ask(run, question, signal) };
  }

  return {
    async acquire(ask, signal) {
      await run.passBoundary(signal);
      record.progress.waitingFor = "slot";
      await supervisor.slots.takeBack(record.id, signal);
      record.progress.waitingFor = ask.attempt > 1 ? "rate" : null;
      const isHandover = run.isHandingOver || isLastOfSeveral(record);
      try {
        const lease = await leases.acquire({ ...ask, isHandover }, signal);
        record.evidence.request();
        if (record.progress.requestSent()) supervisor.herald.progress(record);
        return lease;
      } catch (error) {
        if (isHandover || !(error instanceof ProviderError) || error.code !== "budget") throw error;
        record.refusal = toWireError(error);
        run.windDown("budget");
        throw new DOMException("The budget of the task is used up", "AbortError");
      } finally {
        record.progress.waitingFor = null;
      }
    },
    release({ leaseId, outcome }) {
      leases.release(leaseId, outcome);
    },
    async pull({ turn }, signal) {
      await run.passBoundary(signal);
      return supervisor.mail.pullFor(record, turn);
    },
    stored: (update) => supervisor.stored(record, update),
    close,
    async approve(action, signal) {
      await approve(action, signal);
      return null;
    },
    shell: (command, signal) => guarded.run(command, signal),
    redact: (text) => Promise.resolve(ground.redactor.text(text)),
    tool: ({ name, args }, signal, givenUp) => {
      if (name === "ask_parent") return ask((args as AskArguments).question, signal); // validated by dispatch
      return callDelegation(supervisor, name, args, { ownerId: record.id, by: "agent", givenUp }, signal);
    },
    [Symbol.dispose]() {
      leases[Symbol.dispose]();
      broker[Symbol.dispose]();
    },
  };
}

/** The last turn, unless it is the only one, is a hand-over by itself and set aside as such. */
function isLastOfSeveral({ progress: { begunTurn }, spec }: TaskRecord): boolean {
  return begunTurn > 1 && begunTurn >= spec.limits.maxTurns;
}

/** Why `finish` was not taken, as every other tool says such a thing. */
function refusal(code: string, message: string): string {
  return JSON.stringify({ error: { code, message } });
}
