import { type Endpoint, endpointOf } from "../config/endpoint.ts";
import { connectionTrouble } from "../provider/connection_error.ts";
import { fetchOver } from "../support/runtime.ts";
import { STRAIGHT } from "../support/transport.ts";
import { ProviderError, type ProviderErrorCode } from "../support/errors.ts";
import type { KnownSecret } from "../support/redact.ts";
import { EXIT } from "./exit_codes.ts";
import { hideSecrets } from "./hide_secrets.ts";
import type { Io } from "./io.ts";
import { loadRunConfig } from "./load_config.ts";
import { jsonLine } from "./render/json.ts";
import { oneLine } from "./render/text.ts";

/** What was asked on the command line. */
export interface ServedOptions {
  readonly provider: string;
  readonly json: boolean;
}

/** How long a server may take to name its models. */
const TIMEOUT_MS = 10_000;

/** Prints the names of the models that a provider's server has. Throws {@linkcode ProviderError}, or a `UserError` 78. */
export async function printServed(io: Io, { provider, json }: ServedOptions): Promise<number> {
  const loaded = loadRunConfig(io, { quiet: false });
  const endpoint = endpointOf(loaded, provider);
  const models = provider === "offline" ? ["offline"] : await servedModels(endpoint, loaded.secrets.known);
  const text = json
    ? jsonLine({ provider, models: models.map((id) => ({ id })) }, io.stdout)
    : models.map((id) => `${oneLine(id)}\n`).join("");
  io.stdout.write(text);
  return EXIT.done;
}

/**
 * The ids that `GET base_url/models` answers, sorted; the provider's first key is used. Rejects with
 * {@linkcode ProviderError}.
 */
export async function servedModels(
  endpoint: Endpoint,
  secrets: readonly KnownSecret[],
  timeoutMs = TIMEOUT_MS,
): Promise<string[]> {
  const url = new URL(endpoint.baseUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/models`;
  const address = url.href;
  const fail = (code: ProviderErrorCode, state: string, options: { cause?: unknown; hint?: string } = {}) =>
    new ProviderError(
      code,
      `Cannot list the models of "${endpoint.provider}": ${hideSecrets(address, secrets)} ${state}`,
      { retryable: false, ...options },
    );
  const response = await ask(url, endpoint, timeoutMs).catch((cause) => {
    const isTimeout = cause instanceof DOMException && cause.name === "TimeoutError";
    if (isTimeout) throw fail("timeout", `did not answer within ${timeoutMs / 1000} s`, { cause });
    const { code, state, hint } = connectionTrouble(cause, endpoint.transport ?? STRAIGHT);
    throw fail(code, `cannot be reached${state}`, { cause, hint });
  });
  if (!response.ok) {
    await response.body?.cancel();
    const code = codeOfStatus(response.status);
    const isKey = code === "auth" && endpoint.keyNames.length > 0;
    throw fail(code, `answered ${response.status}`, isKey ? { hint: `Check ${endpoint.keyNames[0]}` } : {});
  }
  const ids = idsOf(await response.json().catch(() => null));
  if (ids === null) throw fail("malformed", "did not answer with a list of models");
  return ids.sort();
}

/** A key belongs to its origin, so a redirect is an answer and not followed. */
function ask(
  address: URL,
  { keys, headers, transport = STRAIGHT }: Endpoint,
  timeoutMs: number,
): Promise<Response> {
  const [key] = keys;
  const init: RequestInit = {
    headers: {
      accept: "application/json",
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
    },
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMs),
  };
  return fetchOver(address, init, transport);
}

function codeOfStatus(status: number): ProviderErrorCode {
  if (status === 401 || status === 403) return "auth";
  if (status === 429) return "rate_limited";
  return status >= 500 ? "server" : "bad_request";
}

function idsOf(answer: unknown): string[] | null {
  const list = answer !== null && typeof answer === "object" && "data" in answer ? answer.data : null;
  if (!Array.isArray(list)) return null;
  const ids = list.map((item: unknown) =>
    item !== null && typeof item === "object" && "id" in item && typeof item.id === "string" ? item.id : null
  );
  return ids.every((id) => id !== null) ? ids : null;
}
