import type { Action } from "../tools/approval/risk.ts";
import { ToolFailure } from "../support/errors.ts";
import type { Approve } from "../tools/tool.ts";
import type { Answer, Asker } from "./approvals.ts";
import { answerTo } from "./ask_turns.ts";
import type { ChildRun } from "./child_run.ts";
import type { Supervisor } from "./supervisor.ts";

/** What asks for the actions of a child: its slot goes to the queue while it waits, and a no stands in its evidence. */
export function childApproval(supervisor: Supervisor, run: ChildRun): Approve {
  const { record } = run;
  const asker: Asker = {
    taskId: record.id,
    isYolo: record.spec.isYolo === true,
    wait(text, ask) {
      supervisor.slots.lend(record.id);
      return supervisor.turns.put<Answer>({ run, question: { kind: "approval", text }, ...ask });
    },
  };
  return async (action, signal) => {
    try {
      await supervisor.approvals.allow(asker, action, signal);
    } catch (error) {
      if (error instanceof ToolFailure) {
        record.evidence.add({
          kind: "denied",
          what: supervisor.ground.redactor.text(subject(action)),
          why: error.message,
        });
      }
      throw error;
    }
  };
}

/** What asks for the actions of the session's own agent. */
export function agentApproval({ approvals, turns }: Supervisor): Approve {
  const asker: Asker = {
    taskId: null,
    isYolo: false,
    wait: (_, ask) => turns.next("", () => answerTo<Answer>(ask, { begin() {}, end() {} })),
  };
  return (action, signal) => approvals.allow(asker, action, signal);
}

function subject(action: Action): string {
  return action.type === "command" ? action.command : action.path;
}
