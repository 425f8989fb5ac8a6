import { DECIDES } from "../risk.ts";
import type { Rule } from "./rule.ts";

/** What decides about agents, as the words behind the name of this program. */
const DECIDING =
  /^(approve|deny|update|config (init|set|unset|edit)|auth (add|remove|reset)|mcp (add|remove)|sessions (rm|delete)|keys? \S+)( |$)/;

/** Why this program asks when an agent's command calls it. */
export const hermesRule: Rule = (args) => {
  const words = args.operands.slice(0, 3).join(" ");
  return DECIDING.test(words) || args.hasLong("yolo") ? DECIDES : null;
};

/** Variables by which commands of agents are known; to change them is to hide who one is. */
export const MARKS = /^HERMES_(TASK_ID|HOST_ID|SESSION_ID|BY_AGENT)$/;
