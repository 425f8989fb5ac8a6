import { type BenchHome, type Run, run } from "./program.ts";
import { fanOut, idealMs, type Scenario, type SeenRequest } from "./scenario.ts";
import type { BenchServer } from "./server.ts";
import { median } from "./statistics.ts";

/** Where a measurement runs, and how often. */
export interface Bench {
  readonly server: BenchServer;
  readonly home: BenchHome;
  readonly runs: number;
}

/** What one scenario costs; medians, in milliseconds and bytes. */
export interface FanOutFigures {
  readonly overIdealMs: number;
  /** From the end of the parent's answer to the last child's first request. */
  readonly spawnToLastRequestMs: number;
  /** From the end of the parent's answer to the first child's first request. */
  readonly spawnToFirstRequestMs: number;
  /** From the end of the last child's answer to the parent's next request. */
  readonly doneToParentMs: number;
  readonly childRequestBytes: number;
  readonly peakBytes: number;
  /** Every spawn call of every run. */
  readonly spawnCallsMs: readonly number[];
}

/** Measures one fan-out. */
export async function measureFanOut(
  bench: Bench,
  children: number,
  changes?: Partial<Scenario>,
): Promise<FanOutFigures> {
  const scenario = fanOut(children, changes);
  const samples: Sample[] = [];
  for (let n = 0; n < bench.runs; n++) samples.push(await sample(bench, scenario));
  const middle = (pick: (sample: Sample) => number) => median(samples.map(pick));
  return {
    overIdealMs: middle(({ run }) => run.durationMs) - idealMs(scenario),
    spawnToFirstRequestMs: middle(({ seen }) =>
      Math.min(...receivedAt(firstOfChildren(seen))) - spawnedAt(seen)
    ),
    spawnToLastRequestMs: middle(({ seen }) =>
      Math.max(...receivedAt(firstOfChildren(seen))) - spawnedAt(seen)
    ),
    doneToParentMs: middle(({ seen }) => Math.max(...receivedAt(ofParent(seen))) - childrenDoneAt(seen)),
    childRequestBytes: middle(({ seen }) => Math.max(...firstOfChildren(seen).map(({ bytes }) => bytes))),
    peakBytes: middle(({ run }) => run.peakBytes ?? NaN),
    spawnCallsMs: samples.flatMap(({ run }) => spawnCalls(run.stdout)),
  };
}

interface Sample {
  readonly run: Run;
  readonly seen: readonly SeenRequest[];
}

async function sample({ server, home }: Bench, scenario: Scenario): Promise<Sample> {
  await server.play(scenario);
  const measured = await run(home, ["chat", "-q", "go", "--jsonl"]);
  const seen = await server.seen();
  const asked = firstOfChildren(seen).length;
  if (asked !== scenario.children) throw new Error(`${asked} children asked, not ${scenario.children}`);
  return { run: measured, seen };
}

function firstOfChildren(seen: readonly SeenRequest[]): SeenRequest[] {
  return seen.filter(({ who, turn }) => who === "child" && turn === 1);
}

function ofParent(seen: readonly SeenRequest[]): SeenRequest[] {
  return seen.filter(({ who }) => who === "parent");
}

function receivedAt(requests: readonly SeenRequest[]): number[] {
  return requests.map((request) => request.receivedAt);
}

/** The end of the parent's first answer, in which it asked for its children. */
function spawnedAt(seen: readonly SeenRequest[]): number {
  return Math.min(...ofParent(seen).map(({ endedAt }) => endedAt));
}

function childrenDoneAt(seen: readonly SeenRequest[]): number {
  return Math.max(...seen.filter(({ who }) => who === "child").map(({ endedAt }) => endedAt));
}

/** How long each call of `delegate_task_async` took, from the event stream. */
function spawnCalls(jsonl: string): number[] {
  return jsonl.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line))
    .filter(({ type, name }) => type === "tool.ended" && name === "delegate_task_async")
    .map(({ duration_ms }) => duration_ms);
}
