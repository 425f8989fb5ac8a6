import type { Scenario } from "./scenario.ts";

/** The part of a chat request that the script looks at. */
export interface ChatRequest {
  readonly messages: readonly { readonly role: string; readonly content?: string | null }[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}

/** What to answer, and when. */
export interface Answer {
  readonly who: "parent" | "child";
  readonly turn: number;
  readonly latencyMs: number;
  readonly tokensPerSecond: number;
  readonly delta: object;
  readonly finish: "stop" | "tool_calls";
}

/** The answer of the scripted model to one request. */
export function answerOf(request: ChatRequest, scenario: Scenario): Answer {
  const turn = request.messages.filter(({ role }) => role === "assistant").length + 1;
  if (isChild(request)) {
    return {
      who: "child",
      turn,
      latencyMs: scenario.childLatencyMs,
      tokensPerSecond: scenario.childTokensPerSecond,
      ...childSays(scenario),
    };
  }
  const says = parentSays(request, { turn, scenario });
  return { who: "parent", turn, latencyMs: scenario.parentLatencyMs, tokensPerSecond: 0, ...says };
}

type Says = Pick<Answer, "delta" | "finish">;

function isChild({ tools = [] }: ChatRequest): boolean {
  return tools.some((tool) => tool.function.name === "finish");
}

function childSays({ ending }: Scenario): Says {
  return ending === "text"
    ? text("the summary")
    : calls([["finish", { summary: "the summary", outcome: "done" }]]);
}

function parentSays(request: ChatRequest, { turn, scenario }: { turn: number; scenario: Scenario }): Says {
  const goals = Array.from({ length: scenario.children }, (_, n) => `count the lines of part ${n}`);
  const toolsets = ["file", "terminal"];
  if (turn === 1 && goals.length > 0) {
    return scenario.form === "batch"
      ? calls([["delegate_task", { tasks: goals.map((goal) => ({ goal, toolsets })) }]])
      : calls(goals.map((goal) => ["delegate_task_async", { goal, toolsets }]));
  }
  const collects = turn === 2 && scenario.collects && scenario.form === "async" && goals.length > 0;
  return collects ? calls([["collect_task", { task_ids: spawned(request) }]]) : text("done");
}

/** The ids in the results of the spawn calls. */
function spawned({ messages }: ChatRequest): string[] {
  return messages.filter(({ role }) => role === "tool").map(({ content }) =>
    JSON.parse(content ?? "{}").task_id
  );
}

function text(content: string): Says {
  return { delta: { content }, finish: "stop" };
}

function calls(list: readonly (readonly [name: string, args: object])[]): Says {
  const tool_calls = list.map(([name, args], index) => ({
    index,
    id: `call_${index}`,
    type: "function",
    function: { name, arguments: JSON.stringify(args) },
  }));
  return { delta: { tool_calls }, finish: "tool_calls" };
}
