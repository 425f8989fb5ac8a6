import type { Message } from "../../lib/protocol/conversation.ts";

/** One place of a conversation at which an agent reads how a task ended. */
export interface Reading {
  readonly taskId: string;
  readonly way: "notice" | "collect" | "cancel";
  readonly status: string;
}

const FINAL: readonly string[] = ["completed", "failed", "cancelled"];

/** Where a conversation tells its agent of ended tasks, in its order. */
export function readingsOf(messages: readonly Message[]): readonly Reading[] {
  const names = new Map<string, string>();
  return messages.flatMap((message) => {
    if (message.role === "assistant") { for (const { id, name } of message.toolCalls) names.set(id, name); }
    if (message.role === "user") return notices(message.content);
    return message.role === "tool" ? results(names.get(message.callId) ?? "", message.content) : [];
  });
}

function notices(text: string): Reading[] {
  const found = text.matchAll(/^<task_result id="(t\w+)" status="(\w+)"/gm);
  return Array.from(found, ([, taskId = "", status = ""]) => ({ taskId, way: "notice", status }));
}

interface Reply {
  readonly task_id?: string;
  readonly status?: string;
  readonly results?: readonly Reply[];
}

function results(tool: string, text: string): Reading[] {
  if (!["collect_task", "delegate_task", "cancel_task"].includes(tool)) return [];
  const reply = JSON.parse(text) as Reply; // a reply of one of these tools
  const way = tool === "cancel_task" ? "cancel" : "collect";
  return (reply.results ?? [reply]).flatMap(({ task_id: taskId, status }) =>
    taskId !== undefined && status !== undefined && FINAL.includes(status) ? [{ taskId, way, status }] : []
  );
}
