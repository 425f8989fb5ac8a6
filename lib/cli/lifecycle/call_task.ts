import { type Reach, replyOf } from "./reach.ts";

/** Calls one of the tools on a task as the user's own call, wherever the task is. */
export async function callTask<Reply>(
  reach: Reach,
  tool: "check_task" | "steer_task" | "collect_task" | "cancel_task",
  args: { readonly task_id: string; readonly [name: string]: unknown },
): Promise<Reply> {
  const reply = await reach.ask<unknown>(args.task_id, {
    live: (client, how) => client.request("call", { tool, args }, how),
    stored: async (archive) => replyOf(await archive.call(tool, args)),
    patience: LOOKS.includes(tool) ? "look" : "act",
  });
  return reply as Reply; // the tool's name tells the shape (protocol/task_view.ts)
}

/** What changes nothing, so that the store can answer as well. */
const LOOKS: readonly string[] = ["check_task", "collect_task"];
