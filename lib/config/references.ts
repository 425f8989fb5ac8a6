import type { Problem } from "./inspect.ts";
import type { Config } from "./schema.ts";

/** Names in one key that another key does not define. */
export function referenceProblems(config: Config): Problem[] {
  const { tiers, routes, default_tier } = config.delegation;
  const known = Object.keys(tiers);
  const unknown = (name: string) =>
    `unknown tier "${name}", ${
      known.length === 0 ? "no tiers are defined" : `expected one of ${known.join(", ")}`
    }`;
  const problems: Problem[] = routes.flatMap(({ tier }, index) =>
    Object.hasOwn(tiers, tier)
      ? []
      : [{ keys: ["delegation", "routes", index, "tier"], message: unknown(tier) }]
  );
  if (default_tier !== null && !Object.hasOwn(tiers, default_tier)) {
    problems.push({ keys: ["delegation", "default_tier"], message: unknown(default_tier) });
  }
  return problems;
}
