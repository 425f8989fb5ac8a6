import type { EndToEnd } from "../end_to_end.ts";
import type { EmulatedServer } from "./emulated_server.ts";

/** Makes emulated servers the providers of a case, each with its model and a key; the first is the chat's. */
export function useEmulated(
  hermes: EndToEnd,
  servers: readonly EmulatedServer[],
  config: Readonly<Record<string, unknown>> = {},
): void {
  const [main, ...others] = servers;
  if (main === undefined) throw new RangeError("A case needs a server");
  hermes.configure({
    model: { provider: nameOf(main), default: main.family.model },
    providers: Object.fromEntries(servers.map((server) => [nameOf(server), {
      base_url: server.baseUrl,
      key_env: keysOf(server),
      ...server.family.provider,
    }])),
    models: Object.fromEntries(servers.map(({ family }) => [family.model, family.settings])),
    fallback_providers: others.map((server) => ({ provider: nameOf(server), model: server.family.model })),
    credential_pool_strategies: Object.fromEntries(servers.map((server) => [nameOf(server), "round_robin"])),
    ...config,
  });
}

/** Gives each server's provider so many keys, which take turns. */
export function giveKeys(
  hermes: EndToEnd,
  servers: readonly EmulatedServer[],
  keys: readonly string[],
): void {
  const lines = servers.flatMap((server) => keysOf(server).map((name, at) => `${name}=${keys[at] ?? ""}\n`));
  Deno.writeTextFileSync(`${hermes.hermesHome}/.env`, lines.join(""));
}

/** A name that tells the program nothing of the provider. */
function nameOf({ family }: EmulatedServer): string {
  return `emulated-${family.name}`;
}

function keysOf({ family }: EmulatedServer): readonly string[] {
  const base = family.name.toUpperCase().replaceAll("-", "_");
  return [`${base}_KEY_A`, `${base}_KEY_B`];
}
