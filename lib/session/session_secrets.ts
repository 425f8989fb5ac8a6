import { dirname, join } from "node:path";
import type { LoadedConfig } from "../config/load.ts";
import type { StartChild } from "../delegation/workers.ts";
import type { AgentEvent } from "../protocol/agent_events.ts";
import type { FromChild } from "../protocol/worker_messages.ts";
import type { ModelClient } from "../provider/provider.ts";
import { ProviderError, toWireError } from "../support/errors.ts";
import { createRedactor, type Redactor } from "../support/redact.ts";
import { RedactedEvents } from "./redacted_events.ts";

/** What holds keys or decides about agents, in the state directory. */
const OUT_OF_REACH = ".env credentials.json run config.yaml sessions.db sessions.db-wal sessions.db-shm"
  .split(" ");

/** Where secrets are known from. */
type Source = Pick<LoadedConfig, "secrets" | "path">;

/** What a session knows of the secrets it must keep. */
export interface SessionSecrets {
  /** Knows what is learned later, too, but for streams that have begun. */
  readonly redactor: Redactor;
  /** Files and directories that hold keys or decide about agents, absolute. */
  readonly secretPaths: readonly string[];
  /** Knows the secrets of another command from now on, beside all earlier ones. */
  learn(source: Source): void;
}

/** Knows all keys of the configuration, the environment and the state directory; names those that a variable holds. */
export function sessionSecrets(source: Source): SessionSecrets {
  const known = new Map(source.secrets.known.map((secret) => [secret.value, secret]));
  let current = createRedactor([...known.values()]);
  const home = dirname(source.path);
  return {
    redactor: {
      text: (text) => current.text(text),
      value: (value) => current.value(value),
      stream: () => current.stream(),
    },
    secretPaths: OUT_OF_REACH.map((name) => join(home, name)),
    learn(more) {
      const news = more.secrets.known.filter(({ value }) => !known.has(value));
      for (const secret of news) known.set(secret.value, secret);
      if (news.length > 0) current = createRedactor([...known.values()]);
    },
  };
}

/** Starts children whose words carry no secret on; what they ask the parent to do stays as it is. */
export function withoutSecrets(start: StartChild, redactor: Redactor): StartChild {
  return (onMessage) => {
    const events = new RedactedEvents(redactor);
    return start((message) => cleanMessages(message, events, redactor).forEach(onMessage));
  };
}

/** What a child's message comes to, with what its agent said before. */
function cleanMessages(
  message: FromChild | null,
  events: RedactedEvents,
  redactor: Redactor,
): readonly FromChild[] {
  try {
    if (isEvent(message)) return events.push(message.event).map(asMessage);
    const before = LAST.includes(message?.type) ? events.end().map(asMessage) : [];
    return [...before, isWork(message) ? message : redactor.value(message) as FromChild];
  } catch {
    return [message as FromChild]; // a cycle: no child of ours sends one, and its reader ends it
  }
}

/** After these a child says nothing more. */
const LAST: readonly (string | undefined)[] = ["ended", "crashed"];

function asMessage(event: AgentEvent): FromChild {
  return { type: "event", event };
}

/** A broken child may send anything; what is no event is judged by its reader. */
function isEvent(message: FromChild | null): message is Extract<FromChild, { type: "event" }> {
  if (message?.type !== "event") return false;
  const { event } = message as { readonly event?: Partial<Record<string, unknown>> | null };
  const isDelta = event?.type === "text" || event?.type === "reasoning";
  return isDelta ? typeof event.delta === "string" : typeof event?.type === "string";
}

/** A request to the parent stays: a command is run as it was written, and a text to be redacted would be so twice. */
function isWork(message: FromChild | null): message is Extract<FromChild, { type: "call" }> {
  return message?.type === "call" && message.service !== "close";
}

/** A client whose errors quote its servers without secrets; a worker's pass {@linkcode withoutSecrets}. */
export function withoutSecretsInErrors(client: ModelClient, redactor: Redactor): ModelClient {
  return {
    async *request(request, signal) {
      try {
        return yield* client.request(request, signal);
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        const { message, hint } = redactor.value(toWireError(error));
        const { code, retryable, retryAfterMs, status, cause } = error;
        throw new ProviderError(code, message, {
          retryable,
          cause,
          ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
          ...(status === undefined ? {} : { status }),
          ...(hint === undefined ? {} : { hint }),
        });
      }
    },
  };
}
