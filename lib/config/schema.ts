import * as z from "zod/mini";
import { modelSchema } from "./model_schema.ts";
import { providerSchema } from "./provider_schema.ts";
import { count, key, pattern, required, section, text } from "./schema_types.ts";
import {
  duration,
  flag,
  optionalAmount,
  optionalCount,
  optionalText,
  positive,
  stringMap,
  texts,
} from "./schema_values.ts";

const tier = z.object({
  model: required(text(), "The model's name"),
  provider: key(optionalText, null, "Its provider; null: the parent's"),
  reasoning_effort: key(optionalText, null, "Effort of its children; null: what models says"),
});

const route = z.object({
  // An unknown condition would make the route match more than was meant, so here it is an error.
  when: required(
    z.prefault(
      z.strictObject({
        toolsets: key(
          z.nullable(texts),
          null,
          "The task has toolsets, and all of them are in this list",
        ),
        goal: key(z.nullable(pattern()), null, "A regular expression found in the goal"),
        depth: key(optionalCount, null, "How deep the task is: 1 for a child of the chat"),
      }),
      {},
    ),
    "All of these must hold",
  ),
  tier: required(text(), "The tier of the tasks that match"),
});

const delegation = {
  enabled: key(flag, true, "Give the chat its delegation tools"),
  max_concurrent_children: key(positive, 10, "Children that work at once; the others queue"),
  max_queued: key(count(0), 200, "Tasks that may wait for a slot; one more is refused"),
  max_spawn_depth: key(count(0), 1, "Levels of children: 1 means that children cannot delegate"),
  max_iterations: key(positive, 50, "Turns of a child"),
  child_timeout_seconds: key(duration, 0, "Time of a child from its start; 0: no limit"),
  stall_seconds: key(
    duration,
    450,
    "Stop a child after so long without a byte, tool output or turn; 0: never",
  ),
  default_toolsets: key(
    texts,
    ["web", "terminal", "file"],
    "What a child gets unless the task says",
  ),
  max_summary_chars: key(positive, 24_000, "Longest summary that reaches the parent whole"),
  notice_chars: key(count(0), 2000, "Longest summary inside a notice"),
  wake_parent: key(flag, true, "Start a turn of an idle chat when a task ends or asks"),
  model: key(optionalText, null, "Model of children; null: the parent's"),
  provider: key(optionalText, null, "Provider of children; null: the parent's"),
  reasoning_effort: key(optionalText, null, "Effort of children; never inherited"),
  tiers: key(z.record(z.string(), tier), {}, "Named models to choose from"),
  default_tier: key(optionalText, null, "Tier of tasks that no route takes; null: none"),
  routes: key(z.array(route), [], "Which tasks get which tier; the first that matches decides"),
  allowed_models: key(texts, [], "Models that an agent may name outright"),
};

const cap = (usd: number, tokens: number, requests: number) => ({
  usd: key(optionalAmount, usd, "USD; null: no cap"),
  tokens: key(z.nullable(count(0)), tokens, "Tokens sent and received; null: no cap"),
  requests: key(z.nullable(count(0)), requests, "Model requests; null: no cap"),
});

const budget = {
  session: section(cap(10, 50_000_000, 5000), "A chat, or one delegate command, with all its tasks"),
  task: section(cap(3, 5_000_000, 300), "One task"),
  day: section(
    { usd: key(optionalAmount, 50, "USD; null: no cap") },
    "All sessions of this HERMES_HOME together, per day in UTC",
  ),
};

const mcpServer = z.object({
  command: key(optionalText, null, "Program to start, for a server on stdin and stdout"),
  args: key(z.array(z.string()), [], "Its arguments"),
  env: key(stringMap, {}, "Variables that it gets besides PATH and HOME"),
  cwd: key(optionalText, null, "Directory that it starts in"),
  url: key(optionalText, null, "Address, for a server over HTTP"),
  headers: key(stringMap, {}, "Headers of every request to it"),
  enabled: key(flag, true, "Use it"),
  timeout: key(duration, 120, "Seconds that one call may take"),
}).check(
  z.refine((server) => server.command !== null || server.url !== null, {
    error: "expected a command or a url",
  }),
);

const STRATEGIES = ["fill_first", "round_robin", "least_used", "random"] as const;
const fallback = z.object({
  provider: required(text(), "The provider to go on with"),
  model: key(optionalText, null, "Its model; null: the same name"),
});

/** All of config.yaml after built-ins were merged in. What is absent gets its default; unknown keys are dropped. */
export const configSchema = z.object({
  model: section({
    provider: key(text(), "openai", "Provider of the chat; auto: the first that has a key"),
    default: key(text(), "gpt-5.1", "Model of the chat"),
  }, "The chat's model"),
  providers: key(
    z.record(z.string(), providerSchema),
    {},
    "Endpoints by name; merged with the built-in ones",
  ),
  models: key(z.record(z.string(), modelSchema), {}, "What is known of models, by name or provider/name"),
  fallback_providers: key(z.array(fallback), [], "Where to go on, in this order, when a provider stays down"),
  credential_pool_strategies: key(
    z.record(z.string(), z.enum(STRATEGIES)),
    {},
    "How a provider's keys take turns: fill_first, round_robin, least_used or random",
  ),
  delegation: section(delegation, "Children: how many, for how long, with which model"),
  budget: section(budget, "Hard caps, reserved before each request"),
  sessions: section({
    retention_days: key(
      optionalCount,
      null,
      "Remove what is over and delivered so many days after its last sign of life; null: never",
    ),
  }, "What is kept of chats and delegations"),
  approvals: section({
    mode: key(
      z.enum(["dangerous", "all", "off"]),
      "dangerous",
      "What asks first: dangerous, all (every command and write) or off",
    ),
    timeout: key(duration, 300, "Seconds to wait for an answer, after which it is a no; 0: for ever"),
    children: key(
      z.enum(["ask", "deny"]),
      "ask",
      "What an action of a child that asks does: ask you, or deny",
    ),
    allow: key(texts, [], "Commands that never ask; * is any text, at the end any arguments"),
  }, "What agents do only when somebody allows it"),
  terminal: section({
    timeout: key(duration, 180, "Seconds that a command may take unless the call says"),
    max_timeout: key(duration, 600, "The most that a call may ask for"),
    output_chars: key(positive, 50_000, "Longest output that a model gets; the middle is cut"),
    sandbox: key(
      z.enum(["auto", "on", "off"]),
      "auto",
      "Confine commands: auto (where it can be done), on or off",
    ),
  }, "Commands"),
  web: section({
    allow_private_urls: key(
      flag,
      false,
      "Let web tools reach addresses of this machine and its network",
    ),
    search: section({
      provider: key(optionalText, null, "Search service; null: none, so web_search is left out"),
      url: key(optionalText, null, "Address of your own search service"),
    }, "Where web_search looks"),
  }, "Web tools"),
  mcp_servers: key(
    z.record(z.string(), mcpServer),
    {},
    "MCP servers by name; their tools are the toolset mcp:NAME",
  ),
});

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/**
 * The effective configuration. Keys are spelled as in the file: what a user reads in config.yaml,
 * asks of `hermes config get` and finds in the code is one name, and no table translates between them.
 */
export type Config = DeepReadonly<z.output<typeof configSchema>>;
/** One endpoint, of `providers`. */
export type ProviderConfig = Config["providers"][string];
/** What is known of one model, of `models`. */
export type ModelConfig = Config["models"][string];
