import type { Facts } from "../../../lib/tools/approval/facts.ts";

/** Of a place where nobody looks. */
export const NO_FACTS: Facts = {
  isOld: () => false,
  isThere: () => false,
  scriptOf: () => undefined,
  meaningsOf: () => [],
  isExhausted: false,
  writes() {},
};
