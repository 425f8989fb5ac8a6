import type { Config } from "../../config/schema.ts";
import { type Action, isNever, type Risk, type RiskGround } from "./risk.ts";

/** Says why an action asks first, or is never allowed ({@linkcode isNever}); none: it goes. */
export type Judge = (action: Action) => Promise<readonly Risk[]>;

/** Judges by `approvals` of config.yaml. What it takes to read a command is loaded at the first one. */
export function createJudge({ mode, allow }: Config["approvals"], ground: RiskGround): Judge {
  const asksAlways = mode === "all";
  const judge = async (action: Action): Promise<readonly Risk[]> => {
    if (action.type === "command") {
      const { commandRisks } = await import("./command_risks.ts");
      const { command, cwd } = action;
      return commandRisks(command, { ...ground, cwd, allow, asksAlways });
    }
    const { keysRisk, writeRisk } = await import("./path_risks.ts");
    const risk = (action.type === "write" ? writeRisk : keysRisk)(action.path, "/", ground);
    return risk !== null ? [risk] : asksAlways && action.type === "write" ? ["writes a file"] : [];
  };
  return mode === "off" ? async (action) => (await judge(action)).filter(isNever) : judge;
}
