import { parseArgs } from "node:util";
import { type Bench, measureFanOut } from "./fan_out.ts";
import { cache } from "./cache/rows.ts";
import { limits } from "./limits/rows.ts";
import { PEER_FIGURES, PEERS } from "./peers.ts";
import { BenchHome, run } from "./program.ts";
import { measureResponsiveness } from "./responsiveness.ts";
import { idealMs, ONE_SHOT } from "./scenario.ts";
import { BenchServer } from "./server.ts";
import { median, percentile } from "./statistics.ts";
import { type Row, table } from "./table.ts";

const WIDTHS = [1, 4, 8, 32, 128];
const STREAMING_CHILDREN = 64;

const MEASURES = { version, oneShot, fanOuts, forms, responsiveness, cache, limits } as const;

/** Measures dist/hermes and prints each figure as it is known, then the table; `only`: one of {@linkcode MEASURES}. */
async function main(runs: number, only?: string): Promise<void> {
  await using server = await BenchServer.start();
  using home = new BenchHome(server.baseUrl);
  const bench: Bench = { server, home, runs };
  const rows: Row[] = [];
  const measures = Object.entries(MEASURES).filter(([name]) => only === undefined || name === only);
  for (const [, measure] of measures) {
    for (const row of await measure(bench)) {
      rows.push(row);
      console.error(row.join(": "));
    }
  }
  console.log(
    `\nMedians of ${runs} runs, ${navigator.hardwareConcurrency} cores; others as measured elsewhere\n`,
  );
  console.log(table(rows, PEERS, PEER_FIGURES));
}

async function version({ home, runs }: Bench): Promise<Row[]> {
  await run(home, ["--version"]);
  const durations: number[] = [];
  for (let n = 0; n < 4 * runs; n++) durations.push((await run(home, ["--version"])).durationMs);
  return [["--version, warm, ms", round(median(durations))]];
}

async function oneShot({ server, home, runs }: Bench): Promise<Row[]> {
  await server.play(ONE_SHOT);
  const durations: number[] = [];
  for (let n = 0; n < 2 * runs; n++) durations.push((await run(home, ["chat", "-q", "go"])).durationMs);
  return [["one-shot, ms over ideal", round(median(durations) - idealMs(ONE_SHOT))]];
}

async function fanOuts(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  const spawnCalls: number[] = [];
  let peakBytes = NaN;
  for (const width of WIDTHS) {
    const figures = await measureFanOut(bench, width);
    spawnCalls.push(...figures.spawnCallsMs);
    rows.push([`fan-out to ${width}, ms over ideal`, round(figures.overIdealMs)]);
    if (width === 4) {
      rows.push(["spawn to child's first request (4), ms", round(figures.spawnToFirstRequestMs)]);
      rows.push(["last child done to parent's next request, ms", round(figures.doneToParentMs)]);
      rows.push(["child's first request, kB", (figures.childRequestBytes / 1000).toFixed(1)]);
    }
    if (width === 32) {
      peakBytes = figures.peakBytes;
      rows.push(["spawn to the last of 32 first requests, ms", round(figures.spawnToLastRequestMs)]);
    }
  }
  rows.push(["spawn call, p50, ms", median(spawnCalls).toFixed(2)]);
  rows.push(["spawn call, p99, ms", percentile(spawnCalls, 0.99).toFixed(2)]);
  const alone = await measureFanOut(bench, 0);
  rows.push(["memory per child, MB", round((peakBytes - alone.peakBytes) / 32 / 1e6)]);
  return rows;
}

async function forms(bench: Bench): Promise<Row[]> {
  const batch = await measureFanOut(bench, 32, { form: "batch" });
  const text = await measureFanOut(bench, 32, { ending: "text" });
  return [
    ["fan-out to 32, one batch call, ms over ideal", round(batch.overIdealMs)],
    ["fan-out to 32, children end in text, ms over ideal", round(text.overIdealMs)],
  ];
}

async function responsiveness(bench: Bench): Promise<Row[]> {
  const { idleP99Ms, streamingP50Ms, streamingP99Ms } = await measureResponsiveness(
    bench,
    STREAMING_CHILDREN,
  );
  const streaming = `/list while ${STREAMING_CHILDREN} children stream 200 tokens/s`;
  return [
    ["/list in an idle chat, p99, ms", round(idleP99Ms)],
    [`${streaming}, p50, ms`, round(streamingP50Ms)],
    [`${streaming}, p99, ms`, round(streamingP99Ms)],
  ];
}

function round(value: number): string {
  return value.toFixed(1);
}

const { values } = parseArgs({
  args: Deno.args,
  options: { runs: { type: "string", default: "5" }, only: { type: "string" } },
});
await main(Number(values.runs), values.only);
