/// <reference lib="webworker" />
// The entry of a child's worker that goes wrong when its goal says so, and is a child like any other when not.
import "../../lib/delegation/child_main.ts";
import type { ToChild } from "../../lib/protocol/worker_messages.ts";

/** What a goal like `POISON spin` does to its worker. */
const POISONS: Readonly<Record<string, () => void>> = {
  throw: () => {
    setTimeout(() => {
      throw new Error("poison");
    });
  },
  reject: () => void Promise.reject(new Error("poison")),
  spin: () => {
    for (;;);
  },
  garbage: () => self.postMessage("garbage"),
  nothing: () => self.postMessage(null),
  service: () => self.postMessage({ type: "call", id: 1, service: "credentials", args: null }),
  close: () => self.close(),
};

const receive = self.onmessage;
self.onmessage = (event: MessageEvent<ToChild>) => {
  const { data } = event;
  const poison = data.type === "start" ? /POISON (\w+)/.exec(data.brief.messages.join())?.[1] : undefined;
  if (poison === undefined) receive?.call(self, event);
  else POISONS[poison]?.();
};
