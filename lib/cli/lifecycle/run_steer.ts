import type { SteerReply } from "../../protocol/task_view.ts";
import { UserError } from "../../support/errors.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { jsonLine } from "../render/json.ts";
import { renderReply } from "../render/reply.ts";
import { callTask } from "./call_task.ts";
import { withReach } from "./with_reach.ts";

/** The options of `hermes steer`; at most one of the first three. */
export interface SteerOptions {
  readonly now?: true | undefined;
  readonly next?: true | undefined;
  readonly after?: true | undefined;
  readonly json?: true | undefined;
}

/** Tells a task something; returns the exit code. */
export function runSteer(io: Io, task_id: string, message: string, options: SteerOptions): Promise<number> {
  if (message.trim() === "") {
    throw new UserError("Cannot steer with an empty message", { exitCode: EXIT.usage });
  }
  const mode = options.now === true ? "now" : options.after === true ? "after" : "next";
  return withReach(io, async (reach) => {
    reach.assertBelow([task_id]);
    const reply = await callTask<SteerReply>(reach, "steer_task", { task_id, message, mode });
    const text = renderReply("steer_task", reply, { columns: undefined, color: false });
    io.stdout.write(options.json === true ? jsonLine(reply, io.stdout) : text);
    return EXIT.done;
  });
}
