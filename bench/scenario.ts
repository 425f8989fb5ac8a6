/** What the model server plays. All latencies in milliseconds, from the complete request to the first byte. */
export interface Scenario {
  /** Children that the parent's first answer asks for; 0: it answers in text at once. */
  readonly children: number;
  /** One call of `delegate_task_async` for each child and one `collect_task`, or one `delegate_task` for all. */
  readonly form: "async" | "batch";
  /** How a child ends: with a call of `finish`, or with bare text. */
  readonly ending: "finish" | "text";
  readonly parentLatencyMs: number;
  readonly childLatencyMs: number;
  /** Each child streams that many tokens a second for `childLatencyMs`; 0: it says nothing until the end. */
  readonly childTokensPerSecond: number;
  /** False: the parent ends its turn after spawning and lets the results come as notices. */
  readonly collects: boolean;
}

/** One request as the server saw it; times in milliseconds since the epoch, with fractions. */
export interface SeenRequest {
  readonly who: "parent" | "child";
  /** The number of the request in its conversation, from 1. */
  readonly turn: number;
  readonly bytes: number;
  readonly receivedAt: number;
  readonly endedAt: number;
}

/** The time that both processes of the bench write down. */
export function clockMs(): number {
  return performance.timeOrigin + performance.now();
}

/** A parent that answers in text after 50 ms. */
export const ONE_SHOT: Scenario = {
  children: 0,
  form: "async",
  ending: "finish",
  parentLatencyMs: 50,
  childLatencyMs: 0,
  childTokensPerSecond: 0,
  collects: true,
};

/** A parent that spawns children of 2 s each and collects them. */
export function fanOut(children: number, changes: Partial<Scenario> = {}): Scenario {
  return { ...ONE_SHOT, children, childLatencyMs: 2000, ...changes };
}

/** The time a scenario takes when nothing but the server's latencies costs any. */
export function idealMs({ children, parentLatencyMs, childLatencyMs }: Scenario): number {
  return children === 0 ? parentLatencyMs : 2 * parentLatencyMs + childLatencyMs;
}
