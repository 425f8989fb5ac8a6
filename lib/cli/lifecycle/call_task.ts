import { type Reach, replyOf } from "./reach.ts";

/** Calls one of the tools on a task as the user's own call, wherever the task is. */
export async function callTask<Reply>(
  reach: Reach,
  tool: "check_task" | "steer_task" | "collect_task" | "cancel_task",
  args: { readonly task_id: string; readonly [name: string]: unknown },
): Promise<Reply> {
  const reply = await reach.ask<unknown>(args.task_id, {
    live: (client) => client.request("call", { tool, args }, { signal: reach.signal }),
    stored: async (archive) => replyOf(await archive.call(tool, args)),
  });
  return reply as Reply; // the tool's name tells the shape (protocol/task_view.ts)
}
