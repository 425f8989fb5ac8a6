import { spawnCall } from "./delegation_script.ts";
import { callTools, type RecordedRequest, type Reply, say, type WireMessage } from "./scripted_server.ts";
import { isChild, turnOf } from "./wire_reading.ts";

/** What a child with this kind of goal does. */
const KINDS = ["quick", "sleeper", "nested", "asks"] as const;

/** The goals of a round: one of each kind. */
export function goalsOf(round: number): readonly string[] {
  return KINDS.map((kind) => `GOAL-${round}-${kind}`);
}

/** The summary of whoever has this goal, whenever it comes to one. */
export function summaryFor(goal: string): string {
  return `RESULT of ${goal}.`;
}

/**
 * The models of a session whose host is killed again and again. `round N` makes the parent delegate the goals of that
 * round, among them one that never ends by itself; once it is calm, all end as soon as they can.
 */
export class KilledScript {
  /** From now on nobody begins anything that does not end by itself. */
  isCalm = false;
  readonly #random: () => number;

  /** `random` as `Math.random`: what differs between two runs of the same script. */
  constructor(random: () => number) {
    this.#random = random;
  }

  readonly answer = (request: RecordedRequest): Reply =>
    isChild(request) ? this.#child(request) : this.#parent(request);

  #parent({ body: { messages } }: RecordedRequest): Reply {
    const news = messages.slice(messages.findLastIndex(({ role }) => role === "assistant") + 1);
    const round =
      news.flatMap(({ role, content }) => role === "user" && /^round (\d+)$/.exec(content ?? "") || [])[1];
    if (round !== undefined) {
      return callTools(goalsOf(Number(round)).map((goal) => spawnCall(goal, TOOLSETS)));
    }
    const asking = questionsIn(news);
    if (asking.length > 0) {
      return callTools(
        asking.map((task_id) => ({ name: "steer_task", args: { task_id, message: "the left one" } })),
      );
    }
    const collects = !this.isCalm && this.#random() < 0.5;
    return collects ? callTools([{ name: "collect_task", args: { mode: "any" } }]) : say("noted");
  }

  #child(request: RecordedRequest): Reply {
    const [goal = "", round = "", kind] = GOAL.exec(firstMessage(request)) ?? [];
    const delayMs = this.isCalm ? 0 : 20 * this.#random();
    if (this.isCalm || turnOf(request) > 1 || kind === "quick" || kind === "below") {
      return callTools([{ name: "finish", args: { summary: summaryFor(goal), outcome: "done" } }], {
        delayMs,
      });
    }
    if (kind === "sleeper") {
      return callTools([{ name: "terminal", args: { command: "sleep 300" } }], { delayMs });
    }
    if (kind === "asks") {
      return callTools([{ name: "ask_parent", args: { question: "which one?" } }], { delayMs });
    }
    return callTools([{ name: "delegate_task", args: { goal: `GOAL-${round}-below` } }], { delayMs });
  }
}

const TOOLSETS = { toolsets: ["terminal"] };
const GOAL = /GOAL-(\d+)-(\w+)/;

function firstMessage({ body }: RecordedRequest): string {
  return body.messages.find(({ role }) => role === "user")?.content ?? "";
}

/** The tasks of which an agent was told that they ask. */
function questionsIn(news: readonly WireMessage[]): string[] {
  const texts = news.map(({ content }) => content ?? "");
  const noticed = texts.flatMap((text) => [...text.matchAll(/<task_question id="(t\w+)"/g)]);
  const collected = texts.flatMap((
    text,
  ) => [...text.matchAll(/"task_id":"(t\w+)","question":"which one\?"/g)]);
  return [...new Set([...noticed, ...collected].map(([, id = ""]) => id))];
}
