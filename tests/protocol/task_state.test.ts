import assert from "node:assert/strict";
import fc from "fast-check";
import { advance, isFinal, type TaskEvent, type TaskState } from "../../lib/protocol/task_state.ts";
import { CANCELS, CAUSES, EVENTS, failedFor, FINAL, QUESTION, STATES } from "../support/task_events.ts";

/** The contract's table: where each status may go. */
const MAY_GO_TO: Readonly<Record<TaskState["status"], readonly TaskState["status"][]>> = {
  queued: ["running", "cancelled", "failed", "interrupted"],
  running: ["needs_input", "stopping", "completed", "failed", "interrupted"],
  needs_input: ["running", "stopping", "failed", "interrupted"],
  stopping: ["cancelled", "failed", "completed", "interrupted"],
  completed: [],
  failed: [],
  cancelled: [],
  interrupted: ["queued", "cancelled"],
};

/** What comes of each event where it is taken; a status that is not named takes it not. */
const GOES_TO: Readonly<
  Record<TaskEvent["type"], Partial<Record<TaskState["status"], TaskState["status"]>>>
> = {
  started: { queued: "running" },
  asked: { running: "needs_input" },
  answered: { needs_input: "running" },
  stop_asked: {
    queued: "cancelled",
    running: "stopping",
    needs_input: "stopping",
    stopping: "stopping",
    interrupted: "cancelled",
  },
  finished: { running: "completed", stopping: "completed" },
  failed: { queued: "failed", running: "failed", needs_input: "failed", stopping: "cancelled" },
  stopped: { stopping: "cancelled" },
  host_died: {
    queued: "interrupted",
    running: "interrupted",
    needs_input: "interrupted",
    stopping: "interrupted",
  },
  resumed: { interrupted: "queued" },
};

for (const state of Object.values(STATES)) {
  for (const event of Object.values(EVENTS)) {
    const target = GOES_TO[event.type][state.status];
    if (isFinal(state)) {
      Deno.test(`advance() leaves a ${state.status} task as it is on ${event.type}`, () => {
        assert.equal(advance(state, event), state);
      });
    } else if (target === undefined) {
      Deno.test(`advance() throws TypeError for ${event.type} on a ${state.status} task`, () => {
        assert.throws(() => advance(state, event), TypeError);
      });
    } else {
      Deno.test(`advance() takes a ${state.status} task to ${target} on ${event.type}`, () => {
        assert.equal(advance(state, event).status, target);
      });
    }
  }
}

Deno.test("advance() goes only where the contract's table lets it, for every cause and reason", () => {
  const events = [
    ...Object.values(EVENTS),
    ...CAUSES.map((cause) => ({ type: "stop_asked", at: 9, cause }) as const),
    ...(["dependency", "timeout", "unanswered"] as const).map(failedFor),
  ];
  const stops = CAUSES.map((cause) => ({ ...STATES.stopping, cause }));
  for (const state of [...Object.values(STATES), ...stops]) {
    for (const event of events) {
      const next = tryAdvance(state, event);
      if (next === null || next === state) continue;
      assert.ok(
        MAY_GO_TO[state.status].includes(next.status),
        `${state.status} + ${JSON.stringify(event)} → ${next.status}`,
      );
    }
  }
});

Deno.test("advance() keeps the first cause of a stop, whatever asks after it", () => {
  for (const first of CAUSES) {
    for (const later of CAUSES) {
      const stopping = advance(STATES.running, { type: "stop_asked", at: 3, cause: first });
      assert.equal(advance(stopping, { type: "stop_asked", at: 4, cause: later }), stopping);
    }
  }
});

Deno.test("advance() completes a stopping task whose final message came in time", () => {
  for (const cause of CAUSES) {
    assert.deepEqual(advance({ ...STATES.stopping, cause }, { type: "finished", at: 9, final: FINAL }), {
      ...{ status: "completed", reason: "finished", final: FINAL },
      ...{ queuedAt: 1, startedAt: 2, endedAt: 9 },
    });
  }
});

for (const cause of CAUSES) {
  const times = { queuedAt: 1, startedAt: 2, endedAt: 9 };
  const isCancel = CANCELS.some((cancel) => cancel === cause);
  const ending = isCancel
    ? { status: "cancelled", reason: cause, ...times }
    : { status: "failed", reason: cause, error: null, summary: "half of it", ...times };
  Deno.test(`advance() ends a stop for ${cause} as ${ending.status}, however the run came to its end`, () => {
    const stopping = { ...STATES.stopping, cause };
    assert.deepEqual(advance(stopping, { type: "stopped", at: 9, summary: "half of it" }), ending);
    assert.deepEqual(advance(stopping, failedFor("crashed")), ending);
  });
}

Deno.test("advance() ends what has not started without a start", () => {
  const { queuedAt } = STATES.queued;
  assert.deepEqual(advance(STATES.queued, EVENTS.stop_asked), {
    status: "cancelled",
    reason: "cancelled_by_user",
    ...{ queuedAt, startedAt: null, endedAt: 9 },
  });
});

Deno.test("advance() keeps the question only as long as it is open", () => {
  const asked = advance(STATES.running, { type: "asked", at: 3, question: QUESTION });
  assert.deepEqual(asked, STATES.needs_input);
  assert.deepEqual(advance(asked, EVENTS.answered), STATES.running);
});

Deno.test("advance() keeps when the first run began, over every interruption", () => {
  const events: readonly (readonly [TaskEvent["type"], number])[] = [
    ["host_died", 1], // not started yet
    ["resumed", 2],
    ["started", 3],
    ["host_died", 4],
    ["resumed", 5],
    ["started", 6],
    ["host_died", 7],
    ["resumed", 8],
  ];
  let state: TaskState = { status: "queued", queuedAt: 0 };
  for (const [type, at] of events) state = advance(state, { ...EVENTS[type], at } as TaskEvent);
  assert.deepEqual(state, { status: "queued", queuedAt: 8, firstStartedAt: 3 });
  assert.deepEqual(advance(state, { ...EVENTS.started, at: 9 }), {
    status: "running",
    queuedAt: 8,
    startedAt: 9,
    firstStartedAt: 3,
  });
});

const event = fc.oneof(
  fc.constantFrom(...Object.values(EVENTS)),
  fc.constantFrom(...CAUSES).map((cause) => ({ type: "stop_asked", at: 9, cause }) as const),
);

Deno.test("advance() over any events: final absorbs, cancelled is earned, times never step back", () => {
  fc.assert(fc.property(fc.array(event, { maxLength: 30 }), (events) => {
    let state: TaskState = { status: "queued", queuedAt: 0 };
    let firstCause: string | null = null;
    for (const [index, each] of events.entries()) {
      const before: TaskState = state;
      const now = { ...each, at: index + 1 };
      state = tryAdvance(before, now) ?? before;
      if (isFinal(before)) assert.equal(state, before);
      if (state === before) continue;
      if (now.type === "stop_asked") firstCause = now.cause;
      if (now.type === "resumed") firstCause = null;
      if (state.status === "cancelled") {
        assert.ok(["stop_asked", "stopped", "failed"].includes(now.type));
        assert.ok(now.type !== "stop_asked" || ["queued", "interrupted"].includes(before.status));
        assert.ok(now.type === "stop_asked" || before.status === "stopping");
        assert.equal(state.reason, firstCause);
      }
      if ("endedAt" in state) {
        const from = state.startedAt ?? state.queuedAt;
        assert.ok(state.queuedAt <= from && from <= state.endedAt, JSON.stringify(state));
      }
    }
  }));
});

/** The state after the event, or null where it is not taken. */
function tryAdvance(state: TaskState, each: TaskEvent): TaskState | null {
  try {
    return advance(state, each);
  } catch (error) {
    assert.ok(error instanceof TypeError, String(error));
    return null;
  }
}
