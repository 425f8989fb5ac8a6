import assert from "node:assert/strict";
import fc from "fast-check";
import { dispatch } from "../../lib/tools/dispatch.ts";
import { Toolbox } from "../../lib/tools/toolbox.ts";
import { type Workplace, workplace } from "./fixture.ts";

const GRANTED = new Toolbox(["read_file", "terminal", "check_task"]);

async function failure(place: Workplace, name: string, args: string) {
  const outcome = await dispatch({ id: "c1", name, arguments: args }, GRANTED, place.context);
  assert.equal(outcome.ok, false);
  const { error } = JSON.parse(outcome.content);
  assert.equal(outcome.errorCode, error.code);
  return error;
}

Deno.test("dispatch() sends a string as it is and anything else as JSON", async () => {
  using place = workplace();
  place.file("a", "one\n");
  const call = { id: "c1", name: "read_file", arguments: `{"path": "a"}` };
  assert.deepEqual(await dispatch(call, GRANTED, place.context), {
    content: "1\tone",
    ok: true,
    errorCode: null,
  });
  const run = { id: "c1", name: "terminal", arguments: `{"command": "exit 3"}` };
  const outcome = await dispatch(run, GRANTED, place.context);
  assert.deepEqual([outcome.ok, JSON.parse(outcome.content).exit_code], [true, 3]);
});

Deno.test("dispatch() tells a model that its arguments are no JSON, or no object", async () => {
  using place = workplace();
  assert.deepEqual(await failure(place, "read_file", `{"path": "a`), {
    code: "invalid_arguments",
    message: "Cannot call read_file: its arguments are not JSON",
    hint: "Send the arguments again, as one complete JSON object",
  });
  assert.deepEqual(await failure(place, "read_file", `["a"]`), {
    code: "invalid_arguments",
    message: "Cannot call read_file: expected an object, got a list",
    hint: "Arguments: path (required), offset, limit",
  });
});

Deno.test("dispatch() takes an empty text for no arguments", async () => {
  using place = workplace();
  const error = await failure(place, "read_file", " ");
  assert.equal(error.message, "Cannot call read_file: path: missing, expected a string");
});

Deno.test("dispatch() names every argument that is wrong or unknown", async () => {
  using place = workplace();
  const error = await failure(place, "read_file", `{"path": 7, "offset": 0, "colour": "red"}`);
  assert.equal(error.code, "invalid_arguments");
  for (const part of ["path: expected a string, got 7", "offset: ", `unknown key "colour"`]) {
    assert.ok(error.message.includes(part), error.message);
  }
});

Deno.test("dispatch() names the granted tools for one that does not exist or was not granted", async () => {
  using place = workplace();
  for (const name of ["reed_file", "", "constructor", "__proto__"]) {
    assert.deepEqual(await failure(place, name, "{}"), {
      code: "unknown_tool",
      message: `Cannot call "${name}": there is no such tool`,
      hint: "Your tools: read_file, terminal, check_task",
    });
  }
  assert.deepEqual(await failure(place, "patch", "{}"), {
    code: "denied",
    message: "Cannot call patch: it was not granted to you",
    hint: "Your tools: read_file, terminal, check_task",
  });
  assert.deepEqual(place.evidence, [["denied", "patch", "not granted"]]);
});

Deno.test("dispatch() reports what nobody foresaw as internal, without a stack", async () => {
  const call = () => Promise.reject(new TypeError("boom"));
  using place = workplace({ call });
  const error = await failure(place, "check_task", `{"task_id": "t7f3k9"}`);
  assert.deepEqual(error, { code: "internal", message: "boom" });
});

Deno.test("dispatch() rejects with the signal's reason, before and during a tool", async () => {
  const call = { id: "c1", name: "terminal", arguments: `{"command": "sleep 60"}` };
  const stop = new AbortController();
  using place = workplace({ signal: stop.signal });
  const running = dispatch(call, GRANTED, place.context);
  stop.abort("cancelled");
  await assert.rejects(running, (error) => error === "cancelled");
  await assert.rejects(dispatch(call, GRANTED, place.context), (error) => error === "cancelled");
});

Deno.test("dispatch() answers any arguments whatever with an outcome", async () => {
  using place = workplace();
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (args) => {
      const error = await failure(place, "read_file", args);
      assert.equal(error.code, "invalid_arguments");
    }),
    { numRuns: 100 },
  );
});

Deno.test("dispatch() says what is wrong with a second finish, which the loop does not take", async () => {
  using place = workplace();
  assert.deepEqual(await place.failure("finish", { summary: "again" }), {
    code: "invalid_arguments",
    message: "Cannot finish twice: the first finish of the message is taken",
    hint: "Call finish once, with all that is to be said",
  });
});

const deep = (open: string, close: string) => `${open.repeat(4_000)}1${close.repeat(4_000)}`;
const HOSTILE: readonly (readonly [string, string])[] = [
  ["lists nested deep", deep("[", "]")],
  ["objects nested deep", deep('{"a":', "}")],
  ["lists nested too deep to be read", "[".repeat(200_000)],
  ["a path nested deep", `{"path": ${deep("[", "]")}}`],
  ["a number", "7"],
  ["a name that objects have", '{"__proto__": {"path": "a"}, "constructor": 1}'],
  ["half a character", '{"path": "\\ud800", "command": "\\udc00", "goal": "\\ud800", "task_id": "\\ud800"}'],
  ["a zero byte", '{"path": "a\\u0000b", "pattern": "\\u0000", "command": "a\\u0000", "content": "\\u0000"}'],
  ["numbers past all bounds", '{"path": "a", "offset": 1e308, "limit": -1e308, "timeout_s": 1e308}'],
];
const TOOLS = ["read_file", "write_file", "patch", "search_files", "terminal", "finish"];

for (const [what, args] of HOSTILE) {
  Deno.test(`dispatch() never takes ${what} for a fault of its own`, async () => {
    using place = workplace();
    for (const name of [...TOOLS, "delegate_task_async", "steer_task", "ask_parent"]) {
      const call = { id: "c1", name, arguments: args };
      const { errorCode, content } = await dispatch(call, new Toolbox([name]), place.context);
      assert.ok(
        errorCode === null || errorCode !== "internal" || content.includes("nobody answers"),
        content,
      );
      assert.ok(content.length < 10_000);
    }
  });
}
