import { dirname } from "node:path";
import { type Endpoint, endpointOf, modelSettings } from "../config/models.ts";
import { createBroker } from "../provider/broker.ts";
import type { Caps, SessionBroker } from "../provider/provider.ts";
import { fileCredentialState } from "../store/credential_state.ts";
import { DayBook } from "../store/day_book.ts";
import type { SessionStore, Store } from "../store/store.ts";
import type { Clock } from "../support/clock.ts";
import type { EventLog } from "./event_log.ts";
import type { SessionOptions } from "./open_session.ts";

interface BrokerParts {
  readonly clock: Clock;
  readonly events: EventLog;
  readonly store: Store;
  readonly stored: SessionStore;
}

/** The detached host lives as long as there is work: each command has a budget, it has none. */
const NO_CAPS: Caps = { usd: null, tokens: null, requests: null };

/**
 * The broker of a session; for the offline model, which a detached host may be asked for at any time, also its server.
 * Both end with `stack`.
 */
export async function openBroker(
  { loaded, model, budgetUsd, kind }: SessionOptions,
  { clock, events, store, stored }: BrokerParts,
  stack: AsyncDisposableStack,
): Promise<SessionBroker> {
  let offline: string | null = null;
  if (model.provider === "offline" || kind === "detached") {
    const { startOfflineServer } = await import("../provider/offline/server.ts");
    offline = stack.use(await startOfflineServer()).baseUrl;
  }
  const home = dirname(loaded.path);
  const openDay = (usd: number) => ({
    caps: { usd, tokens: null, requests: null },
    book: stack.use(new DayBook({ database: store.database, hostId: stored.hostId, home, clock })),
  });
  const { budget, credential_pool_strategies: strategies, providers } = loaded.config;
  const session = kind === "detached" ? NO_CAPS : { ...budget.session, usd: budgetUsd ?? budget.session.usd };
  stored.allowed(session);
  return stack.use(createBroker({
    endpointOf: (provider): Endpoint => {
      const endpoint = endpointOf(loaded, provider);
      return provider === "offline" && offline !== null ? { ...endpoint, baseUrl: offline } : endpoint;
    },
    settingsOf: (ref) => modelSettings(loaded.config, ref),
    clock,
    random: Math.random,
    strategyOf: (provider) => strategies[provider] ?? "fill_first",
    limitsOf: (provider) => providers[provider]?.limits ?? null,
    state: fileCredentialState(home),
    budget: {
      session,
      onRaise: (caps) => stored.allowed(caps),
      ...budget.day.usd === null ? {} : { day: openDay(budget.day.usd) },
    },
    emit: (body, taskId) => events.emit(body, taskId),
    onBegin: (estimate) => stored.requestBegun(estimate),
    onRequest: (row, begun) => stored.requestEnded(row, begun),
  }));
}
