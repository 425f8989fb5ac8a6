import { callTools, say } from "../../tests/support/scripted_reply.ts";
import { startScriptedServer } from "../../tests/support/scripted_server.ts";
import { BenchHome, run } from "../program.ts";
import { median } from "../statistics.ts";

/** Of English and code, in the tokenisers of today. */
const BYTES_PER_TOKEN = 4;
const TURNS = 10;
const ANSWER_TOKENS = 400;

/** Reserved over settled tokens; medians. */
export interface Slack {
  /** Of the first request of a conversation, whose input only its bytes bound. */
  readonly first: number;
  /** Of the later ones, bounded by what was reported before. */
  readonly later: number;
}

/**
 * The slack of the bound over conversations that grow by 2 kB a turn and answer 400 tokens of a limit of `maxOutput`.
 * At a dollar per million tokens, what the day's budget holds while a request is under way is what was reserved for it.
 */
export async function measureSlack(maxOutput: number, conversations = 3): Promise<Slack> {
  const ratios: number[][] = [];
  for (let n = 0; n < conversations; n++) ratios.push(await converse(maxOutput));
  return {
    first: median(ratios.flatMap((each) => each.slice(0, 1))),
    later: median(ratios.flatMap((each) => each.slice(1))),
  };
}

async function converse(maxOutput: number): Promise<number[]> {
  const ratios: number[] = [];
  let home: BenchHome | null = null;
  await using server = await startScriptedServer(async (request) => {
    const prompt_tokens = Math.ceil(request.raw.length / BYTES_PER_TOKEN);
    if (home !== null) ratios.push(await heldTokens(home) / (prompt_tokens + ANSWER_TOKENS));
    const usage = { prompt_tokens, completion_tokens: ANSWER_TOKENS };
    const command = `head -c 2000 /dev/zero | tr '\\0' x; echo ${request.index}`;
    return request.index < TURNS - 1
      ? callTools([{ name: "terminal", args: { command } }], { usage })
      : say("done", { usage });
  });
  using priced = new BenchHome(server.baseUrl, {
    models: { bench: { max_output_tokens: maxOutput, price: { input: 1, output: 1 } } },
    budget: { session: { usd: null }, task: { usd: null }, day: { usd: 1_000_000 } },
  });
  home = priced;
  await run(priced, ["chat", "-Q", "-q", "go"]);
  return ratios;
}

async function heldTokens(home: BenchHome): Promise<number> {
  const { stdout } = await run(home, ["usage", "--json"]);
  return JSON.parse(stdout).budget.day.held_usd * 1e6;
}
