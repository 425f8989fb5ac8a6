import type { LoadedConfig } from "../config/load.ts";
import { type Endpoint, endpointOf } from "../config/endpoint.ts";
import { hermesHome } from "../config/home.ts";
import { type Credential, credentialsOf, idOf } from "../provider/credential.ts";
import { type CredentialState, fileCredentialState } from "../store/credential_state.ts";
import { steadyClock } from "../support/clock.ts";
import { UserError } from "../support/errors.ts";
import { EXIT } from "./exit_codes.ts";
import type { Io } from "./io.ts";
import { loadRunConfig } from "./load_config.ts";
import { formatDuration } from "./render/format.ts";
import { jsonLine } from "./render/json.ts";
import { renderTable } from "./render/table.ts";

/** One key as it is listed. */
export interface KeyRow {
  readonly provider: string;
  readonly label: string | null;
  readonly fingerprint: string;
  /** ready, parked, or why it was refused. */
  readonly state: string;
  readonly cooldown_s: number;
  readonly requests: number;
}

const COLUMNS = [
  { title: "PROVIDER" },
  { title: "LABEL" },
  { title: "FINGERPRINT" },
  { title: "STATE" },
  { title: "COOL-DOWN", align: "right" },
  { title: "REQUESTS", align: "right" },
] as const;

/** Prints every key that there is, from the environment and stored ones, with its state. */
export function listKeys(io: Io, { json }: { readonly json: boolean }): number {
  const loaded = loadRunConfig(io, { quiet: json });
  const rows = keyRows(loaded, hermesHome(io.env));
  const text = rows.length === 0
    ? "No keys. Add one with: hermes auth add PROVIDER"
    : renderTable(COLUMNS, rows.map(cellsOf), { columns: io.stdout.columns });
  io.stdout.write(json ? jsonLine({ keys: rows }, io.stdout) : `${text.trimEnd()}\n`);
  return EXIT.done;
}

/** Every key with its state, which is kept in the state directory `home`. */
export function keyRows(loaded: LoadedConfig, home: string): readonly KeyRow[] {
  const state = fileCredentialState(home).load();
  return endpointsWithKeys(loaded).flatMap((endpoint) =>
    credentialsOf(endpoint).map((credential) => rowOf(endpoint.provider, credential, state))
  );
}

/** The providers that have keys, as far as they can be used. */
export function endpointsWithKeys(loaded: LoadedConfig): readonly Endpoint[] {
  return Object.keys(loaded.config.providers).flatMap((provider) => {
    try {
      const endpoint = endpointOf(loaded, provider);
      return endpoint.keys.length > 0 ? [endpoint] : [];
    } catch (error) {
      if (error instanceof UserError) return []; // without a key or an address
      throw error;
    }
  });
}

function rowOf(provider: string, credential: Credential, { keys, lanes }: CredentialState): KeyRow {
  const id = idOf(credential);
  const known = keys[id];
  const now = steadyClock.now();
  const limited = Object.entries(lanes).filter(([lane]) => lane.startsWith(`${id} `)).map(([, until]) =>
    until
  );
  const leftMs = Math.max(0, ...[known?.parkedUntil ?? 0, ...limited].map((until) => until - now));
  return {
    provider,
    label: credential.name,
    fingerprint: credential.fingerprint,
    state: known?.disabled ?? (leftMs > 0 ? "parked" : "ready"),
    cooldown_s: Math.ceil(leftMs / 1000),
    requests: known?.requests ?? 0,
  };
}

function cellsOf({ provider, label, fingerprint, state, cooldown_s, requests }: KeyRow): readonly string[] {
  const coolDown = cooldown_s === 0 ? "" : formatDuration(cooldown_s);
  return [provider, label ?? "", fingerprint, state, coolDown, String(requests)];
}
