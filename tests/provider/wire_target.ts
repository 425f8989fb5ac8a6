import type { Carried } from "../../lib/protocol/conversation.ts";
import { PLAIN_DIALECT } from "../../lib/protocol/dialect.ts";
import type { WireTarget } from "../../lib/provider/wire.ts";

/** Who answered, in tests of folds. */
export const ANSWERED_BY = { provider: "p", model: "m", account: "key1" };

/** The model of {@linkcode ANSWERED_BY}, asked with the same key, unless a test says otherwise. */
export function wireTarget(
  { account = "key1", ...rest }: Partial<WireTarget> & { readonly account?: string } = {},
): WireTarget {
  const target = {
    provider: "p",
    model: "m",
    reasoningEffort: null,
    outputLimit: null,
    dialect: PLAIN_DIALECT,
    cacheKey: null,
    ...rest,
  };
  const carries = (carried: Carried) =>
    carried.provider === target.provider && carried.model === target.model && carried.account === account;
  return { carries, ...target };
}
