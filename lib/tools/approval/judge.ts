import type { Config } from "../../config/schema.ts";
import type { AgentFiles } from "./agent_files.ts";
import type { CommandGround } from "./command_risks.ts";
import { type Action, isNever, type Risk, type RiskGround } from "./risk.ts";

/** Says why an action asks first, or is never allowed (`isNever`); none: it goes. */
export type Judge = (action: Action) => Promise<readonly Risk[]>;

/** What a judge knows besides the configuration. */
export interface JudgeGround extends RiskGround {
  /** Written by the agents of the session. */
  readonly files: AgentFiles;
}

/** How often a command is judged again with what was looked up: scripts lead to scripts. */
const MAX_ROUNDS = 5;

/** Judges by `approvals` of config.yaml. What it takes to read a command is loaded at the first one. */
export function createJudge({ mode, allow }: Config["approvals"], ground: JudgeGround): Judge {
  const asksAlways = mode === "all";
  const judge = async (action: Action): Promise<readonly Risk[]> => {
    if (action.type === "command") {
      const { command, cwd } = action;
      return await judgeCommand(command, { ...ground, cwd, allow, asksAlways }, ground.files);
    }
    const { keysRisk, writeRisk } = await import("./path_risks.ts");
    const isWrite = action.type === "write";
    if (isWrite) ground.files.add(action.path, false);
    const risk = (isWrite ? writeRisk : keysRisk)(action.path, "/", ground);
    return risk !== null ? [risk] : asksAlways && isWrite ? ["writes a file"] : [];
  };
  return mode === "off" ? async (action) => (await judge(action)).filter(isNever) : judge;
}

/** Judges without waiting, and again when it has looked up the files that mattered. */
async function judgeCommand(
  command: string,
  ground: Omit<CommandGround, "facts">,
  files: AgentFiles,
): Promise<readonly Risk[]> {
  const { commandRisks } = await import("./command_risks.ts");
  const { FileFacts } = await import("./file_facts.ts");
  const facts = new FileFacts(files);
  let risks = commandRisks(command, { ...ground, facts });
  for (let round = 1; await facts.learn() && round < MAX_ROUNDS; round++) {
    risks = commandRisks(command, { ...ground, facts });
  }
  facts.keep();
  return risks;
}
