import { dirname, join } from "node:path";
import type { LoadedConfig } from "../config/load.ts";
import type { StartChild } from "../delegation/workers.ts";
import type { FromChild } from "../protocol/worker_messages.ts";
import type { ModelClient } from "../provider/provider.ts";
import { ProviderError, toWireError } from "../support/errors.ts";
import { createRedactor, type KnownSecret, type Redactor } from "../support/redact.ts";

/** Where secrets are known from. */
type Source = Pick<LoadedConfig, "config" | "secrets" | "path">;
type Env = Readonly<Record<string, string | undefined>>;

/** What a session knows of the secrets it must keep. */
export interface SessionSecrets {
  /** Knows what is learned later, too, but for streams that have begun. */
  readonly redactor: Redactor;
  /** Files and directories that hold keys, absolute. */
  readonly secretPaths: readonly string[];
  /** Knows the secrets of another command from now on, beside all earlier ones. */
  learn(source: Source, env: Env): void;
}

/** Knows all keys of the configuration, the environment and the state directory; names those that a variable holds. */
export function sessionSecrets(source: Source, env: Env): SessionSecrets {
  const known = new Map(knownIn(source, env));
  let current = createRedactor([...known.values()]);
  const home = dirname(source.path);
  return {
    redactor: {
      text: (text) => current.text(text),
      value: (value) => current.value(value),
      stream: () => current.stream(),
    },
    secretPaths: [".env", "credentials.json", "run"].map((name) => join(home, name)),
    learn(more, moreEnv) {
      const news = knownIn(more, moreEnv).filter(([value]) => !known.has(value));
      for (const [value, secret] of news) known.set(value, secret);
      if (news.length > 0) current = createRedactor([...known.values()]);
    },
  };
}

function knownIn({ config, secrets }: Source, env: Env): readonly (readonly [string, KnownSecret])[] {
  const keyNames = Object.values(config.providers).map(({ key_env }) => key_env ?? []).flat();
  const names = new Map([...Object.keys(env), ...keyNames].map((name) => [secrets.get(name), name]));
  return secrets.values.map((value) => [value, { value, name: names.get(value) ?? "secret" }]);
}

/** Starts children whose words carry no secret on; what they ask the parent to do stays as it is. */
export function withoutSecrets(start: StartChild, redactor: Redactor): StartChild {
  return (onMessage) => start((message) => onMessage(redacted(message, redactor)));
}

/** A request to the parent stays: a command is run as it was written, and a text to be redacted would be so twice. */
function redacted(message: FromChild | null, redactor: Redactor): FromChild {
  try {
    const isWork = message?.type === "call" && message.service !== "close";
    return isWork ? message : redactor.value(message) as FromChild; // what is none is judged by its reader
  } catch {
    return message as FromChild; // a cycle: no child of ours sends one, and its reader ends it
  }
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
