import type { Config } from "../../config/schema.ts";
import type { Action, Risk, RiskGround } from "./risk.ts";

/** Says why an action asks first; none: it does not. */
export type Judge = (action: Action) => Promise<readonly Risk[]>;

/** Judges by `approvals` of config.yaml. What it takes to read a command is loaded at the first one. */
export function createJudge({ mode, allow }: Config["approvals"], ground: RiskGround): Judge {
  if (mode === "off") return () => Promise.resolve([]);
  const asksAlways = mode === "all";
  return async (action) => {
    if (action.type === "write") {
      const { writeRisk } = await import("./path_risks.ts");
      const risk = writeRisk(action.path, "/", ground);
      return risk !== null ? [risk] : asksAlways ? ["writes a file"] : [];
    }
    const { commandRisks } = await import("./command_risks.ts");
    const { command, cwd } = action;
    return commandRisks(command, { ...ground, cwd, allow, asksAlways });
  };
}
