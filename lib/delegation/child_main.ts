import type { FromChild, ToChild } from "../protocol/worker_messages.ts";
import { messageOf } from "../support/errors.ts";
import { takeEnvironment } from "../support/runtime.ts";
import { standBack } from "../support/thread_priority.ts";
import { Child } from "./child.ts";
import { ParentPort } from "./parent_port.ts";

/** The part of a worker's global scope that a child uses. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToChild>) => void) | null;
  postMessage(message: FromChild): void;
  addEventListener(type: "error" | "unhandledrejection", listener: (event: Event) => void): void;
}

takeEnvironment(); // its requests go as their leases say
// The thread of the chat answers all children and the user: it goes first when processors are short.
standBack();
// TypeScript takes `self` for a window here; in the worker it is a worker's scope.
serve(self as unknown as WorkerScope);

/** The entry of a worker: one child, from its brief to the end of its loop. Never closes itself: the parent ends it. */
function serve(scope: WorkerScope): void {
  const port = new ParentPort((message) => scope.postMessage(message));
  const crash = (event: Event) => {
    event.preventDefault();
    port.post({ type: "crashed", message: crashMessage(event) });
  };
  scope.addEventListener("error", crash);
  scope.addEventListener("unhandledrejection", crash);
  const child = new Child(port);
  scope.onmessage = (event) => child.receive(event.data);
}

function crashMessage(event: Event): string {
  if ("reason" in event) return messageOf(event.reason);
  return "message" in event ? String(event.message) : "unknown error";
}
