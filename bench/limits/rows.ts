import type { Row } from "../table.ts";
import { throughRandomRefusals, throughThreeKeys, throughTokenBucket } from "./measure.ts";
import { measureSlack } from "./slack.ts";

/** What the broker makes of servers with limits; each row has its goal in its name. */
export async function limits(): Promise<Row[]> {
  const exact = await throughTokenBucket(false);
  const bucket = await throughTokenBucket(true);
  const random = await throughRandomRefusals();
  const keys = await throughThreeKeys();
  const slack = await measureSlack(4_096);
  return [
    ["token bucket, 50 tasks: time over requests / limit (goal ≤ 1.3)", exact.ratio.toFixed(2)],
    ["token bucket, Retry-After in whole seconds (goal ≤ 1.3)", bucket.ratio.toFixed(2)],
    [
      "token bucket, either: tasks completed of 50, requests refused",
      `${Math.min(exact.completed, bucket.completed)}, ${exact.refused} and ${bucket.refused}`,
    ],
    [
      "30 % refused: tasks completed of 50, seconds",
      `${random.completed}, ${(random.durationMs / 1000).toFixed(1)}`,
    ],
    ["30 % refused: requests inside a pause (goal 0), pauses", `${random.inside}, ${random.pauses}`],
    ["30 % refused: most starts within 10 ms after a pause", String(random.together)],
    ["three keys: requests/s, and with one exhausted", `${keys.all.toFixed(1)}, ${keys.two.toFixed(1)}`],
    [
      "three keys: lost with one exhausted (goal a third), tasks completed of 50",
      `${(100 * (1 - keys.two / keys.all)).toFixed(0)} %, ${keys.completed}`,
    ],
    [
      "bound: reserved over settled tokens, first and later requests, median",
      `${slack.first.toFixed(2)}, ${slack.later.toFixed(2)}`,
    ],
  ];
}
