import { join } from "node:path";
import * as z from "zod/mini";
import { readIfThere } from "../config/read_file.ts";
import { writeAtomically } from "../config/write.ts";
import { type Clock, steadyClock, systemClock } from "../support/clock.ts";

const key = z.object({
  /** Why the server refused it; null: it did not. */
  disabled: z.nullable(z.string()),
  parkedUntil: z.number(),
  requests: z.number(),
});

const state = z.object({
  /** By origin and fingerprint. */
  keys: z.record(z.string(), key),
  /** By origin, fingerprint and model: until when a rate limit holds, in milliseconds of the clock of who reads it. */
  lanes: z.record(z.string(), z.number()),
});

/** On disk, times are those of the machine's clock when it was written. */
const file = z.object({ version: z.literal(2), writtenAt: z.number(), ...state.shape });

/** What is known of one key. */
export type KeyState = Readonly<z.output<typeof key>>;

/** What the servers said of keys, by fingerprint; never a key. */
export type CredentialState = z.output<typeof state>;

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

/** The clock of the machine, and the one by which this process counts. */
export interface StateClocks {
  readonly machine: Pick<Clock, "now">;
  readonly own: Pick<Clock, "now">;
}

/**
 * Keeps it in `run/credential_state.json` of `home`; what cannot be read or written counts as not there, as do limits of
 * a time that has not come yet: the machine's clock was set back, and nobody knows how long they hold still.
 */
export function fileCredentialState(
  home: string,
  { machine, own }: StateClocks = { machine: systemClock, own: steadyClock },
): CredentialStateStore {
  const path = join(home, "run", "credential_state.json");
  const load = (): CredentialState => {
    try {
      const { writtenAt, keys, lanes } = file.parse(JSON.parse(readIfThere(path) ?? ""));
      const now = machine.now();
      return shifted({ keys, lanes }, writtenAt > now ? -Infinity : own.now() - now);
    } catch {
      return { keys: {}, lanes: {} }; // absent or damaged: the servers will say it again
    }
  };
  const write = (known: CredentialState) => {
    const writtenAt = machine.now();
    const written = shifted(known, writtenAt - own.now());
    writeAtomically(path, JSON.stringify({ version: 2, writtenAt, ...written }));
  };
  return {
    load,
    save(changed) {
      try {
        write(pruned(merged(load(), changed), own.now()));
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

/** All times by another clock; -Infinity: none of them holds. */
function shifted({ keys, lanes }: CredentialState, byMs: number): CredentialState {
  const later = (until: number) => until === 0 || byMs === -Infinity ? 0 : Math.round(until + byMs);
  return {
    keys: mapped(keys, (each) => ({ ...each, parkedUntil: later(each.parkedUntil) })),
    lanes: mapped(lanes, later),
  };
}

function mapped<Value>(
  all: Readonly<Record<string, Value>>,
  change: (value: Value) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(all).map(([id, value]) => [id, change(value)]));
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
