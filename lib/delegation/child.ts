import type { ContextCare } from "../agent/context_care.ts";
import { Conversation, lostCall } from "../agent/conversation.ts";
import type { Inbox } from "../agent/inbox.ts";
import { LoopControl } from "../agent/loop_control.ts";
import { runLoop } from "../agent/loop.ts";
import type { ToolCall } from "../protocol/conversation.ts";
import type { ChildBrief, ToChild } from "../protocol/worker_messages.ts";
import { createModelClient } from "../provider/model_client.ts";
import type { Broker } from "../provider/provider.ts";
import { type Clock, systemClock } from "../support/clock.ts";
import { spillInto } from "../support/spill.ts";
import { messageOf } from "../support/errors.ts";
import { dispatch } from "../tools/dispatch.ts";
import type { EvidenceSink, ToolContext } from "../tools/tool.ts";
import { Toolbox } from "../tools/toolbox.ts";
import { DeltaBatch } from "./delta_batch.ts";
import type { ParentPort } from "./parent_port.ts";

/** A child agent on its side of the worker: runs the loop of its brief and reports all of it to the parent. */
export class Child {
  readonly #port: ParentPort;
  readonly #control = new LoopControl();

  constructor(port: ParentPort) {
    this.#port = port;
  }

  /** Takes one message of the parent. */
  receive(message: ToChild): void {
    switch (message.type) {
      case "start":
        this.#run(message.brief).catch((error) =>
          this.#port.post({ type: "crashed", message: messageOf(error) })
        );
        return;
      case "reply":
      case "refused":
        return this.#port.settle(message);
      case "stop":
        return this.#control.stop.abort(new DOMException("The task was stopped", "AbortError"));
      case "handover":
        return this.#control.askHandover(message.reason);
      case "interrupt":
        return this.#control.interrupt();
      default:
        message satisfies never;
    }
  }

  async #run(brief: ChildBrief): Promise<void> {
    const port = this.#port;
    using batch = new DeltaBatch(systemClock, (event) => port.post({ type: "event", event }));
    const filesSeen = new Map<string, string>();
    const toolbox = new Toolbox(brief.tools.map((tool) => tool.name));
    const loop = runLoop({
      conversation: conversationOf(brief),
      client: createModelClient({
        broker: remoteBroker(port),
        model: brief.model,
        ...brief.ways,
        clock: systemClock,
        onBytes: heartbeat(port, systemClock),
      }),
      schemas: brief.tools,
      runTool: (call: ToolCall, signal: AbortSignal) =>
        dispatch(call, toolbox, toolContext(port, brief, filesSeen, signal)),
      inbox: remoteInbox(port),
      control: this.#control,
      maxTurns: brief.maxTurns,
      turnsDone: brief.turnsDone,
      context: contextOf(brief),
    });
    for (;;) {
      const step = await loop.next();
      if (step.done) {
        batch.flush();
        return port.post({ type: "ended", end: step.value });
      }
      batch.push(step.value);
    }
  }
}

/** Siblings keep what is too long in one directory, each under names of its own. */
function contextOf({ context, spillDir, taskId }: ChildBrief): ContextCare {
  const spill = spillInto(spillDir);
  return { ...context, firstIsGoal: true, spill: (name, text) => spill(`${taskId}-${name}`, text) };
}

/** A fresh conversation, or the stored one, of which calls without a result may have been cut off by a crash. */
function conversationOf({ history, systemPrompt, messages }: ChildBrief): Conversation {
  const conversation = history === null
    ? new Conversation([{ role: "system", content: systemPrompt }])
    : new Conversation(history, { stored: history.length });
  conversation.closeOpenCalls(lostCall);
  for (const message of messages) conversation.addUser(message);
  return conversation;
}

/** How often the parent is told that bytes come, in ms. */
const ALIVE_MS = 1_000;

function heartbeat(port: ParentPort, clock: Clock): () => void {
  let toldAt = 0;
  return () => {
    const now = clock.now();
    if (now - toldAt < ALIVE_MS) return;
    toldAt = now;
    port.post({ type: "alive" });
  };
}

function toolContext(
  port: ParentPort,
  brief: ChildBrief,
  filesSeen: Map<string, string>,
  signal: AbortSignal,
): ToolContext {
  return {
    cwd: brief.cwd,
    signal,
    shell: { run: (command, until) => port.call("shell", command, until) },
    terminal: brief.terminal,
    filesSeen,
    secretPaths: brief.secretPaths,
    redact: (text, until) => port.call("redact", text, until),
    evidence: remoteEvidence(port),
    approve: async (action, until) => void await port.call("approve", action, until),
    call: (name, args, until) => port.call("tool", { name, args }, until),
  };
}

function remoteBroker(port: ParentPort): Broker {
  return {
    acquire: (ask, signal) => port.call("acquire", ask, signal),
    release: (leaseId, outcome) => port.cast("release", { leaseId, outcome }),
  };
}

function remoteInbox(port: ParentPort): Inbox {
  return {
    pull: (turn, signal) => port.call("pull", { turn }, signal),
    stored: (update) => port.cast("stored", update),
    close: (offer, signal) => port.call("close", offer, signal),
  };
}

function remoteEvidence(port: ParentPort): EvidenceSink {
  return {
    fileWritten: (path, bytes, sha256) =>
      port.post({ type: "evidence", item: { kind: "file", path, bytes, sha256 } }),
    command: (command, exitCode) =>
      port.post({ type: "evidence", item: { kind: "command", command, exitCode } }),
    url: (url) => port.post({ type: "evidence", item: { kind: "url", url } }),
    denied: (what, why) => port.post({ type: "evidence", item: { kind: "denied", what, why } }),
  };
}
