import { join } from "node:path";
import * as z from "zod/mini";
import { readIfThere } from "../config/read_file.ts";
import { writeAtomically } from "../config/write.ts";

const key = z.object({
  /** Why the server refused it; null: it did not. */
  disabled: z.nullable(z.string()),
  parkedUntil: z.number(),
  requests: z.number(),
});

const file = z.object({
  version: z.literal(1),
  /** By origin and fingerprint. */
  keys: z.record(z.string(), key),
  /** By origin, fingerprint and model: until when a rate limit holds, in milliseconds since the epoch. */
  lanes: z.record(z.string(), z.number()),
});

/** What is known of one key. */
export type KeyState = Readonly<z.output<typeof key>>;

/** What the servers said of keys, by fingerprint; never a key. */
export type CredentialState = Omit<z.output<typeof file>, "version">;

/** Where the state of keys is kept between runs. */
export interface CredentialStateStore {
  /** What was known; empty when there is nothing that can be read. */
  load(): CredentialState;
  /**
   * Puts what changed over what is there, so that runs at the same time do not wipe out each other's; limits that no
   * longer hold are left out.
   */
  save(changed: CredentialState): void;
  /** Forgets all that is known by the ids, of keys and of their lanes, that `isForgotten` says. */
  forget(isForgotten: (id: string) => boolean): void;
}

/** Keeps it in `run/credential_state.json` of `home`; what cannot be read or written counts as not there. */
export function fileCredentialState(home: string): CredentialStateStore {
  const path = join(home, "run", "credential_state.json");
  const load = (): CredentialState => {
    try {
      const { keys, lanes } = file.parse(JSON.parse(readIfThere(path) ?? ""));
      return { keys, lanes };
    } catch {
      return { keys: {}, lanes: {} }; // absent or damaged: the servers will say it again
    }
  };
  const write = (state: CredentialState) => writeAtomically(path, JSON.stringify({ version: 1, ...state }));
  return {
    load,
    save(changed) {
      try {
        write(pruned(merged(load(), changed), Date.now()));
      } catch {
        // A home that cannot be written to costs the memory of pauses, not the run.
      }
    },
    forget: (isForgotten) => write(without(load(), isForgotten)),
  };
}

/** Forgets when the process ends. */
export function memoryCredentialState(): CredentialStateStore {
  let known: CredentialState = { keys: {}, lanes: {} };
  return {
    load: () => known,
    save: (changed) => known = merged(known, changed),
    forget: (isForgotten) => known = without(known, isForgotten),
  };
}

function merged(known: CredentialState, changed: CredentialState): CredentialState {
  return { keys: { ...known.keys, ...changed.keys }, lanes: { ...known.lanes, ...changed.lanes } };
}

/** Without the limits that have passed, so that the file does not grow with every model that was ever limited. */
function pruned({ keys, lanes }: CredentialState, now: number): CredentialState {
  return { keys, lanes: Object.fromEntries(Object.entries(lanes).filter(([, until]) => until > now)) };
}

function without({ keys, lanes }: CredentialState, isForgotten: (id: string) => boolean): CredentialState {
  const kept = <Value>(all: Record<string, Value>) =>
    Object.fromEntries(Object.entries(all).filter(([id]) => !isForgotten(id)));
  return { keys: kept(keys), lanes: kept(lanes) };
}
