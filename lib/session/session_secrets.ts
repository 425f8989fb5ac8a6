import { dirname, join } from "node:path";
import type { LoadedConfig } from "../config/load.ts";
import type { StartChild } from "../delegation/workers.ts";
import type { FromChild } from "../protocol/worker_messages.ts";
import type { ModelClient } from "../provider/provider.ts";
import { ProviderError, toWireError } from "../support/errors.ts";
import { createRedactor, type Redactor } from "../support/redact.ts";

/** What a session knows of the secrets it must keep. */
export interface SessionSecrets {
  readonly redactor: Redactor;
  /** Files and directories that hold keys, absolute. */
  readonly secretPaths: readonly string[];
}

/** Knows all keys of the configuration, the environment and the state directory; names those that a variable holds. */
export function sessionSecrets(
  { config, secrets, path }: Pick<LoadedConfig, "config" | "secrets" | "path">,
  env: Readonly<Record<string, string | undefined>>,
): SessionSecrets {
  const keyNames = Object.values(config.providers).map(({ key_env }) => key_env ?? []).flat();
  const names = new Map([...Object.keys(env), ...keyNames].map((name) => [secrets.get(name), name]));
  const known = secrets.values.map((value) => ({ value, name: names.get(value) ?? "secret" }));
  const home = dirname(path);
  return {
    redactor: createRedactor(known),
    secretPaths: [".env", "credentials.json", "run"].map((name) => join(home, name)),
  };
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
