import assert from "node:assert/strict";
import fc from "fast-check";
import { isImmediate, isSlash, parseSlash, type Slash, slashHelp } from "../../lib/session/slash.ts";
import { ToolFailure } from "../../lib/support/errors.ts";

function call(tool: string, args: Record<string, unknown>): Slash {
  return { type: "call", tool, args };
}

const CASES: readonly [string, Slash][] = [
  ["/delegate look into  the logs", call("delegate_task_async", { goal: "look into  the logs" })],
  [
    "/delegate fix it --name fixer --max-turns 5",
    call("delegate_task_async", {
      goal: "fix it",
      name: "fixer",
      max_turns: 5,
    }),
  ],
  [
    "/delegate fix it --toolsets file,terminal",
    call("delegate_task_async", {
      goal: "fix it",
      toolsets: ["file", "terminal"],
    }),
  ],
  ["/delegate fix it --toolsets file", call("delegate_task_async", { goal: "fix it", toolsets: ["file"] })],
  [
    "/delegate wait for it --after t00001",
    call("delegate_task_async", {
      goal: "wait for it",
      after: ["t00001"],
    }),
  ],
  ['/delegate {"goal": "x", "timeout_s": 2}', call("delegate_task_async", { goal: "x", timeout_s: 2 })],
  ["/delegate it --name a,b", call("delegate_task_async", { goal: "it", name: "a,b" })],
  ["/compact", { type: "compact" }],
  ["/budget", { type: "budget", addUsd: null }],
  ["/budget +2.5", { type: "budget", addUsd: 2.5 }],
  ["/check t00001", call("check_task", { task_id: "t00001" })],
  [
    "/steer t00001 use port 80, not 8080",
    call("steer_task", {
      task_id: "t00001",
      message: "use port 80, not 8080",
    }),
  ],
  [
    "/steer t00001 now this --mode now",
    call("steer_task", {
      task_id: "t00001",
      message: "now this",
      mode: "now",
    }),
  ],
  ["/collect", call("collect_task", {})],
  ["/collect t00001", call("collect_task", { task_id: "t00001" })],
  [
    "/collect t00001  t00002 --mode any",
    call("collect_task", {
      task_ids: ["t00001", "t00002"],
      mode: "any",
    }),
  ],
  ["/collect t00001 --timeout_s=0.5", call("collect_task", { task_id: "t00001", timeout_s: 0.5 })],
  ["/cancel t00001", call("cancel_task", { task_id: "t00001" })],
  [
    "/cancel t00001 no longer needed",
    call("cancel_task", {
      task_id: "t00001",
      reason: "no longer needed",
    }),
  ],
  ["/list", call("list_tasks", {})],
  ["/agents --all", call("list_tasks", { all: true })],
  ["/tasks --status failed", call("list_tasks", { status: "failed" })],
  ["/help", { type: "help" }],
  ["/stop", { type: "stop" }],
  ["/quit ", { type: "quit" }],
  ["/usage", { type: "usage" }],
  ["/toolsets", { type: "toolsets" }],
  ["/new", { type: "new" }],
];

for (const [line, expected] of CASES) {
  Deno.test(`parseSlash() reads ${line}`, () => assert.deepEqual(parseSlash(line), expected));
}

Deno.test("parseSlash() lists the commands for one that there is not", () => {
  for (const line of ["/frobnicate", "/constructor", "/", "/tostring x"]) {
    assert.throws(() => parseSlash(line), (error) => {
      assert(error instanceof ToolFailure);
      assert.equal(error.code, "unknown_command");
      for (const name of ["/help", "/delegate", "/cancel"]) assert.ok(error.hint?.includes(name));
      return true;
    });
  }
});

Deno.test("parseSlash() says which command was probably meant, and never one that lowers a guard", () => {
  const meant: readonly (readonly [string, string | null])[] = [
    ["/lst", "list"],
    ["/del x", "delegate"],
    ["/chek t1", "check"],
    ["/exitt", "exit"],
    ["/comp", "compact"],
    ["/yol", null],
    ["/yollo", null],
    ["/frobnicate", null],
  ];
  for (const [line, name] of meant) {
    const message = `Cannot run "${line.split(" ")[0]}": there is no such command${
      name === null ? "" : `, did you mean "/${name}"?`
    }`;
    assert.throws(() => parseSlash(line), { message });
  }
});

Deno.test("parseSlash() says what is wrong with words that it cannot place", () => {
  for (
    const line of [
      "/list running",
      "/delegate {not json",
      "/check {} more",
      "/budget 5",
      "/budget +x",
      "/delegate",
      "/delegate --name a",
      "/steer t00001",
    ]
  ) {
    assert.throws(
      () => parseSlash(line),
      (error) => error instanceof ToolFailure && error.code === "invalid_arguments",
    );
  }
});

const word = fc.constantFrom(
  ...slashHelp().map(({ usage }) => usage.split(" ")[0] ?? ""),
  "/",
  "/no",
  "/__proto__",
);
const rest = fc.array(
  fc.oneof(
    fc.constantFrom(
      "--all",
      "--mode",
      "=",
      "{",
      "}",
      "[",
      '"',
      " ",
      "\n",
      "--__proto__ 1",
      "--constructor",
      "t00001",
    ),
    fc.string({ unit: "grapheme", maxLength: 8 }),
  ),
  { maxLength: 8 },
);

Deno.test("parseSlash() reads any line or throws a ToolFailure, and touches no prototype", () => {
  fc.assert(
    fc.property(word, rest, (command, parts) => {
      try {
        const slash = parseSlash(`${command} ${parts.join(" ")}`);
        if (slash.type !== "call") return;
        assert.equal(typeof slash.args, "object");
        assert.equal(Object.getPrototypeOf(slash.args), Object.prototype);
      } catch (error) {
        if (!(error instanceof ToolFailure)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("isSlash() takes a slash and a word for a command, a path or a comment for none", () => {
  for (const line of ["/help", "/steer t1 x", "/unknown"]) assert.equal(isSlash(line), true, line);
  for (const line of ["/etc/passwd", "// no", "/", "a /help", " /help", "/Help"]) {
    assert.equal(isSlash(line), false, line);
  }
});

Deno.test("isImmediate() holds for what the contract lets out of line, and for more where a person types", () => {
  const commands = slashHelp().map(({ usage }) => usage.split(" ")[0] ?? "");
  const immediate = (isPerson: boolean) => commands.filter((line) => isImmediate(line, { isPerson })).sort();
  const anywhere = ["/agents", "/cancel", "/check", "/list", "/steer", "/stop", "/tasks"];
  assert.deepEqual(immediate(false), anywhere);
  assert.deepEqual(immediate(true), [...anywhere, "/approve", "/deny", "/help", "/yolo"].sort());
  assert.equal(isImmediate("/constructor", { isPerson: true }), false);
});
