import type { Endpoint } from "../config/endpoint.ts";
import type { Config, ProviderConfig } from "../config/schema.ts";
import type { CredentialStateStore, KeyState } from "../store/credential_state.ts";
import type { Clock } from "../support/clock.ts";
import { type Credential, credentialsOf, idOf, NO_KEY } from "./credential.ts";
import { Lane } from "./lane.ts";
import type { RequestOutcome } from "./provider.ts";

/** How the keys of a provider take turns. */
export type Strategy = Config["credential_pool_strategies"][string];

/** What a pool decides by. */
export interface PoolOptions {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly strategyOf: (provider: string) => Strategy;
  readonly limitsOf: (provider: string) => ProviderConfig["limits"] | null;
  readonly state: CredentialStateStore;
}

/** A key that can be used, and its lane to a model. */
export interface Candidate {
  readonly credential: Credential;
  readonly lane: Lane;
}

/** The request that an outcome is of. */
interface Served {
  readonly endpoint: Endpoint;
  readonly model: string;
  /** Fingerprints of the keys that it has had before. */
  readonly tried: ReadonlySet<string>;
}

/** How long a key without money is left alone, unless its server said, in ms. */
const QUOTA_PARK_MS = 3_600_000;
const FRESH: KeyState = { disabled: null, parkedUntil: 0, requests: 0 };

/** All keys of all providers and what their servers said of them. A key goes to its own origin only. */
export class CredentialPool {
  readonly #options: PoolOptions;
  readonly #keys = new Map<string, KeyState>();
  readonly #lanes = new Map<string, Lane>();
  /** Keys that a server refused in this run. */
  readonly #refusedNow = new Set<string>();
  /**
   * Keys whose server refused a request without saying why. It may have been the request: only when another key serves
   * the same one, it was the key.
   */
  readonly #doubted = new Set<string>();
  /** Keys that had no money in an earlier run, as far as they have not been tried in this one. */
  readonly #poorBefore = new Set<string>();
  readonly #turns = new Map<string, number>();
  #isLoaded = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * The keys to take, in this order: those that no server refused. Only when there is none, those that were refused
   * in an earlier run, or had no money then, get another chance each, as they may have been mended since.
   */
  candidates(endpoint: Endpoint, model: string): readonly Candidate[] {
    this.#load();
    const untried = credentialsOf(endpoint).filter((each) => !this.#refusedNow.has(idOf(each)));
    const good = untried.filter((each) => this.stateOf(each).disabled === null);
    if (good.every((each) => this.#isWithoutMoney(each))) good.forEach((each) => this.#unparkOnce(each));
    return this.#inOrder(endpoint.provider, good.length > 0 ? good : untried).map((credential) => ({
      credential,
      lane: this.#laneOf(endpoint.provider, credential, model),
    }));
  }

  /** Milliseconds until the key may be used for a request of so many tokens; Infinity: when another has ended. */
  waitMs({ credential, lane }: Candidate, tokens: number): number {
    const parkedMs = this.stateOf(credential).parkedUntil - this.#options.clock.now();
    return Math.max(0, parkedMs, lane.waitMs(tokens));
  }

  /** A request goes out with this key. */
  used(provider: string, credential: Credential): void {
    this.#turns.set(provider, (this.#turns.get(provider) ?? 0) + 1);
    const state = this.stateOf(credential);
    this.#keys.set(idOf(credential), { ...state, requests: state.requests + 1 });
  }

  /** Takes in what the outcome of a request says of its key, after its lane has. */
  learn(
    { credential, lane }: Candidate,
    { endpoint, model, tried }: Served,
    { error }: RequestOutcome,
  ): void {
    const state = this.stateOf(credential);
    if (error === null) {
      this.#doubted.delete(idOf(credential));
      if (state.disabled !== null) this.#set(credential, { ...state, disabled: null });
      const others = credentialsOf(endpoint).filter(({ fingerprint }) => tried.has(fingerprint));
      for (const each of others.filter((other) => this.#doubted.has(idOf(other)))) this.#refuse(each, 403);
      return;
    }
    if (error.code === "auth" && error.isGuess === true) this.#doubted.add(idOf(credential));
    else if (error.code === "auth") this.#refuse(credential, error.status);
    if (error.code === "quota") {
      const parkedUntil = this.#options.clock.now() + (error.retryAfterMs ?? QUOTA_PARK_MS);
      this.#set(credential, { ...state, parkedUntil });
    }
    if (error.code === "rate_limited") {
      const lanes = { [`${idOf(credential)} ${model}`]: lane.parkedUntil };
      this.#options.state.save({ keys: { [idOf(credential)]: state }, lanes });
    }
  }

  /** Keeps what is known of the keys for the next run. */
  save(): void {
    const keys = [...this.#keys].filter(([id]) => !id.endsWith(` ${NO_KEY}`));
    if (keys.length > 0) this.#options.state.save({ keys: Object.fromEntries(keys), lanes: {} });
  }

  /** What is known of a key. */
  stateOf(credential: Credential): KeyState {
    return this.#keys.get(idOf(credential)) ?? FRESH;
  }

  #refuse(credential: Credential, status: number | undefined): void {
    this.#doubted.delete(idOf(credential));
    this.#refusedNow.add(idOf(credential));
    this.#set(credential, { ...this.stateOf(credential), disabled: `refused (${status ?? "auth"})` });
  }

  #set(credential: Credential, state: KeyState): void {
    this.#keys.set(idOf(credential), state);
    this.#options.state.save({ keys: { [idOf(credential)]: state }, lanes: {} });
  }

  #load(): void {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    for (const [id, state] of Object.entries(this.#options.state.load().keys)) {
      this.#keys.set(id, state);
      if (state.parkedUntil > this.#options.clock.now()) this.#poorBefore.add(id);
    }
  }

  #isWithoutMoney(credential: Credential): boolean {
    return this.stateOf(credential).parkedUntil > this.#options.clock.now();
  }

  /** What is on the disk stays until a server has said more. */
  #unparkOnce(credential: Credential): void {
    if (!this.#poorBefore.delete(idOf(credential))) return;
    this.#keys.set(idOf(credential), { ...this.stateOf(credential), parkedUntil: 0 });
  }

  #laneOf(provider: string, credential: Credential, model: string): Lane {
    const id = `${idOf(credential)} ${model}`;
    const known = this.#lanes.get(id);
    if (known !== undefined) return known;
    const { clock, random, limitsOf, state } = this.#options;
    const parkedUntil = state.load().lanes[id] ?? 0;
    const lane = new Lane({ clock, random, limits: limitsOf(provider), parkedUntil });
    this.#lanes.set(id, lane);
    return lane;
  }

  #inOrder(provider: string, credentials: readonly Credential[]): readonly Credential[] {
    if (credentials.length < 2) return credentials;
    const { random, strategyOf } = this.#options;
    const turn = this.#turns.get(provider) ?? 0;
    const orders: Readonly<Record<Strategy, () => readonly Credential[]>> = {
      fill_first: () => credentials,
      round_robin: () => rotated(credentials, turn),
      random: () => rotated(credentials, Math.floor(random() * credentials.length)),
      least_used: () => credentials.toSorted((a, b) => this.stateOf(a).requests - this.stateOf(b).requests),
    };
    return orders[strategyOf(provider)]();
  }
}

function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
