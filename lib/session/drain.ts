import type { Supervisor } from "../delegation/supervisor.ts";
import type { TaskRecord } from "../delegation/task_record.ts";
import type { LoopEnd } from "../protocol/agent_events.ts";
import type { TaskState } from "../protocol/task_state.ts";
import type { ParentAgent } from "./parent_agent.ts";

/** How many turns of the parent a question may go without an answer when no person is there. */
const UNANSWERED_TURNS = 2;

/**
 * Goes on until no task is left: waits until nothing runs or a child asks, then gives the parent all there is in one
 * turn. A child whose question the parent leaves open for two turns, of which the second reminds of it, is told that
 * nobody can answer. Returns how the
 * last turn ended; null when there was nothing to tell.
 */
export async function drain(
  supervisor: Supervisor,
  agent: Pick<ParentAgent, "answer">,
  signal: AbortSignal,
): Promise<LoopEnd | null> {
  const unanswered = new Map<TaskState, number>();
  let last: LoopEnd | null = null;
  for (const { id } of openQuestions(supervisor)) supervisor.questions.remind(id);
  while (supervisor.table.hasLive(null) || supervisor.mail.hasNews(null)) {
    await supervisor.waits.until({ owner: null, look: () => isDue(supervisor), timeoutMs: null, signal });
    const notice = supervisor.mail.takeNotice(null);
    if (notice === null) continue;
    last = await agent.answer(notice);
    if (last.type !== "final") return last;
    refuseUnanswered(supervisor, unanswered);
  }
  return last;
}

function isDue(supervisor: Supervisor): "ready" | null {
  const isAsked = openQuestions(supervisor).some(({ id }) => supervisor.questions.isNews(id));
  return isAsked || !supervisor.table.hasLive(null) ? "ready" : null;
}

/** Counts a turn for each question that was put in it: the state that a question brought about stands for it. */
function refuseUnanswered(supervisor: Supervisor, unanswered: Map<TaskState, number>): void {
  const { questions } = supervisor;
  for (const { id, state } of openQuestions(supervisor)) {
    if (questions.isNews(id)) continue;
    const turns = (unanswered.get(state) ?? 0) + 1;
    unanswered.set(state, turns);
    if (turns >= UNANSWERED_TURNS) questions.refuse(id);
    else questions.remind(id);
  }
}

function openQuestions(supervisor: Supervisor): readonly TaskRecord[] {
  return supervisor.table.childrenOf(null).filter(({ state }) =>
    state.status === "needs_input" && state.question.kind === "answer"
  );
}
