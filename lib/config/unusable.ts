import { isToolset, TOOLSET_NAMES } from "../protocol/toolset.ts";
import type { Problem } from "./inspect.ts";
import { nearest } from "./nearest.ts";
import type { Config } from "./schema.ts";

/** Why `terminal.sandbox: on` cannot be heeded. */
export const NO_SANDBOX = "this version has no sandbox";

/**
 * What loads and yet ends each run that comes to it: names of providers, toolsets and servers that are not there, and
 * walls that cannot be put up. Not what only the environment lacks, such as a key.
 */
export function unusableParts(config: Config): readonly Problem[] {
  return [...providerProblems(config), ...toolsetProblems(config), ...wallProblems(config)];
}

function providerProblems(config: Config): Problem[] {
  const { model, delegation, fallback_providers, providers } = config;
  const named: readonly (readonly [keys: Problem["keys"], name: string | null])[] = [
    [["model", "provider"], model.provider === "auto" ? null : model.provider],
    [["delegation", "provider"], delegation.provider],
    ...Object.entries(delegation.tiers).map(([tier, { provider }]) =>
      [["delegation", "tiers", tier, "provider"], provider] as const
    ),
    ...fallback_providers.map(({ provider }, index) =>
      [["fallback_providers", index, "provider"], provider] as const
    ),
    ...Object.keys(config.credential_pool_strategies).map((name) =>
      [["credential_pool_strategies", name], name] as const
    ),
  ];
  const unknown = named.flatMap(([keys, name]) =>
    name === null || Object.hasOwn(providers, name)
      ? []
      : [{ keys, message: `unknown provider "${name}", ${meant(name, Object.keys(providers))}` }]
  );
  const nowhere = Object.entries(providers).filter(([name, { base_url }]) =>
    base_url === null && name !== "offline"
  );
  return [
    ...unknown,
    ...nowhere.map(([name]) => ({
      keys: ["providers", name],
      message: "it has no base_url, so it cannot be asked",
    })),
  ];
}

function toolsetProblems({ delegation, mcp_servers }: Config): Problem[] {
  const lists = [
    [["delegation", "default_toolsets"], delegation.default_toolsets] as const,
    ...delegation.routes.map(({ when }, index) =>
      [["delegation", "routes", index, "when", "toolsets"], when.toolsets ?? []] as const
    ),
  ];
  return lists.flatMap(([keys, names]) =>
    names.flatMap((name, index) => {
      const message = toolsetProblem(name, Object.keys(mcp_servers));
      return message === null ? [] : [{ keys: [...keys, index], message }];
    })
  );
}

function toolsetProblem(name: string, servers: readonly string[]): string | null {
  if (!isToolset(name)) {
    return `unknown toolset "${name}", ${meant(name, [...TOOLSET_NAMES, "mcp:<server>"])}`;
  }
  const server = name.startsWith("mcp:") ? name.slice("mcp:".length) : null;
  if (server === null || servers.includes(server)) return null;
  return `unknown MCP server "${server}", ${
    servers.length === 0 ? "none is in mcp_servers" : `expected one of ${servers.join(", ")}`
  }`;
}

function wallProblems({ terminal }: Config): Problem[] {
  return terminal.sandbox === "on"
    ? [{ keys: ["terminal", "sandbox"], message: `${NO_SANDBOX}: auto or off` }]
    : [];
}

function meant(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === null ? `expected one of ${known.join(", ")}` : `did you mean "${near}"?`;
}
