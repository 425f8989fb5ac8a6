import { dirname } from "node:path";
import type { ModelFacts } from "../config/model_facts.ts";
import { type Endpoint, endpointOf } from "../config/endpoint.ts";
import type { ModelRef } from "../protocol/model_ref.ts";
import { createBroker } from "../provider/broker.ts";
import type { Caps, SessionBroker } from "../provider/provider.ts";
import { fileCredentialState } from "../store/credential_state.ts";
import { DayBook } from "../store/day_book.ts";
import type { DialectBook } from "../store/dialect_book.ts";
import type { SessionStore, Store } from "../store/store.ts";
import type { Clock } from "../support/clock.ts";
import type { EventLog } from "./event_log.ts";
import type { SessionOptions } from "./open_session.ts";

interface BrokerParts {
  /** For waits. */
  readonly clock: Clock;
  /** The machine's, for days and what others read. */
  readonly machine: Clock;
  readonly events: EventLog;
  readonly store: Store;
  readonly stored: SessionStore;
  readonly dialects: DialectBook;
  readonly factsOf: (model: ModelRef, taskId: string | null) => ModelFacts;
}

/** The detached host lives as long as there is work: each command has a budget, it has none. */
const NO_CAPS: Caps = { usd: null, tokens: null, requests: null };

/**
 * The broker of a session; for the offline model, which a detached host may be asked for at any time, also its server.
 * Both end with `stack`.
 */
export async function openBroker(
  { loaded, model, budgetUsd, kind, commands }: SessionOptions,
  { clock, machine, events, store, stored, dialects, factsOf }: BrokerParts,
  stack: AsyncDisposableStack,
): Promise<SessionBroker> {
  let offline: string | null = null;
  if (model.provider === "offline" || kind === "detached") {
    const { startOfflineServer } = await import("../provider/offline/server.ts");
    offline = stack.use(await startOfflineServer()).baseUrl;
  }
  const home = dirname(loaded.path);
  const loadedOf = (taskId: string | null) => commands?.of(taskId).loaded ?? loaded;
  const openDay = (usd: number | null) => ({
    caps: { usd, tokens: null, requests: null },
    book: stack.use(new DayBook({ database: store.database, hostId: stored.hostId, home, clock: machine })),
  });
  const { budget } = loaded.config;
  const session = kind === "detached" ? NO_CAPS : { ...budget.session, usd: budgetUsd ?? budget.session.usd };
  stored.allowed(session);
  const isShared = budget.day.usd !== null || commands !== undefined; // a later command may bring a cap
  return stack.use(createBroker({
    endpointOf: (provider, taskId): Endpoint => {
      const endpoint = endpointOf(loadedOf(taskId), provider);
      return provider === "offline" && offline !== null ? { ...endpoint, baseUrl: offline } : endpoint;
    },
    settingsOf: factsOf,
    clock,
    random: Math.random,
    strategyOf: (provider) => loadedOf(null).config.credential_pool_strategies[provider] ?? "fill_first",
    limitsOf: (provider) => loadedOf(null).config.providers[provider]?.limits ?? null,
    state: fileCredentialState(home),
    budget: {
      session,
      onRaise: (caps) => stored.allowed(caps),
      ...isShared ? { day: openDay(budget.day.usd) } : {},
    },
    emit: (body, taskId) => events.emit(body, taskId),
    onLessons: (baseUrl, name, lessons) => dialects.learn(baseUrl, name, lessons),
    onBegin: (estimate) => stored.requestBegun({ ...estimate, at: machine.now() }),
    onRequest: (row, begun) => stored.requestEnded({ ...row, at: machine.now() }, begun),
  }));
}
