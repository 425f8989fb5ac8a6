import assert from "node:assert/strict";
import plugin from "../../tools/lint/plugin.ts";

/** The rules that a file breaks, in the order of the file. */
function broken(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, path, source).map(({ id }) => id);
}

/** What the rules say about it. */
function messages(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, path, source).map(({ message }) => message);
}

Deno.test("layers lets a file import its own layer and lower ones", () => {
  const source = `
    import { loop } from "./loop.ts";
    import type { Tool } from "../tools/tool.ts";
    export { newId } from "../support/ids.ts";
    export * from "../protocol/events.ts";
    await import("../provider/retry.ts");
  `;
  assert.deepEqual(broken("lib/agent/prompt.ts", source), []);
});

for (
  const source of [
    `import { supervise } from "../delegation/supervisor.ts";`,
    `import type { Supervisor } from "../delegation/supervisor.ts";`,
    `import "../delegation/supervisor.ts";`,
    `export { supervise } from "../delegation/supervisor.ts";`,
    `export * from "../delegation/supervisor.ts";`,
    `await import("../delegation/supervisor.ts");`,
    `type Supervisor = import("../delegation/supervisor.ts").Supervisor;`,
  ]
) {
  Deno.test(`layers refuses a higher layer in: ${source}`, () => {
    assert.deepEqual(broken("lib/tools/dispatch.ts", source), [
      "hermes/layers",
    ]);
  });
}

Deno.test("layers follows the path out of a sub-folder", () => {
  const path = "lib/tools/file/read_file.ts";
  assert.deepEqual(broken(path, `import { loop } from "../../agent/loop.ts";`), ["hermes/layers"]);
  assert.deepEqual(broken(path, `import type { Tool } from "../tool.ts";`), []);
});

Deno.test("layers keeps rooms of one row apart", () => {
  assert.deepEqual(broken("lib/tui/screen.ts", `import "../cli/root.ts";`), ["hermes/layers"]);
  assert.deepEqual(broken("lib/cli/root.ts", `import "../tui/screen.ts";`), ["hermes/layers"]);
});

Deno.test("layers refuses what has no place in the order", () => {
  assert.deepEqual(broken("lib/agent/loop.ts", `import "../misc/things.ts";`), ["hermes/layers"]);
  assert.deepEqual(broken("lib/agent/loop.ts", `import "../../tests/support/scripted_server.ts";`), [
    "hermes/layers",
  ]);
  assert.deepEqual(broken("lib/agent/loop.ts", `import "../../main.ts";`), ["hermes/layers"]);
});

Deno.test("layers lets texts in from outside, and only texts", () => {
  assert.deepEqual(broken("lib/config/init.ts", `import t from "../../a.yaml" with { type: "text" };`), []);
  assert.deepEqual(broken("lib/config/init.ts", `import "../../a.ts"; import "../../a.js";`), [
    "hermes/layers",
    "hermes/layers",
  ]);
});

Deno.test("layers keeps conformance/ and bench/ outside of the program", () => {
  assert.deepEqual(broken("bench/fan_out.ts", `import "../lib/support/ids.ts";`), ["hermes/layers"]);
  assert.deepEqual(broken("bench/fan_out.ts", `import "../main.ts";`), ["hermes/layers"]);
  assert.deepEqual(broken("bench/fan_out.ts", `import "./server.ts";`), []);
  assert.deepEqual(broken("conformance/cases/spawn.ts", `import "../../lib/support/ids.ts";`), [
    "hermes/layers",
  ]);
  assert.deepEqual(broken("tests/support/ids_test.ts", `import "../../lib/support/ids.ts";`), []);
});

Deno.test("layers names the file, the room and the order", () => {
  assert.deepEqual(messages("lib/protocol/events.ts", `import "../config/load.ts";`), [
    'Cannot import "lib/config/load.ts" from lib/protocol/: layers go support ← protocol ← config ← store' +
    " ← provider ← tools ← agent ← delegation ← session ← tui, cli",
  ]);
});

Deno.test("packages gives each package one room", () => {
  const homes: readonly (readonly [specifier: string, home: string])[] = [
    ["commander", "lib/cli/root.ts"],
    ["@commander-js/extra-typings", "lib/cli/chat.ts"],
    ["yaml", "lib/config/load.ts"],
    ["@earendil-works/pi-tui", "lib/tui/screen.ts"],
    ["node:sqlite", "lib/store/database.ts"],
  ];
  for (const [specifier, home] of homes) {
    for (const source of [`import "${specifier}";`, `await import("${specifier}");`]) {
      assert.deepEqual(broken(home, source), [], `${home}: ${source}`);
      assert.deepEqual(broken("lib/agent/loop.ts", source), ["hermes/packages"], source);
    }
  }
});

Deno.test("packages lets the provider name openai's types, and nobody load its code", () => {
  const source = `import type { ChatCompletionChunk } from "openai/resources";`;
  assert.deepEqual(broken("lib/provider/tool_call_pieces.ts", source), []);
  assert.deepEqual(broken("lib/provider/tool_call_pieces.ts", source.replace("type ", "")), [
    "hermes/packages",
  ]);
  assert.deepEqual(broken("lib/agent/loop.ts", source), ["hermes/packages"]);
});

Deno.test("packages allows zod/mini only", () => {
  assert.deepEqual(broken("lib/tools/tool.ts", `import * as z from "zod/mini";`), []);
  assert.deepEqual(broken("lib/tools/tool.ts", `import { z } from "zod"; import "zod/v4/locales";`), [
    "hermes/packages",
    "hermes/packages",
  ]);
});

Deno.test("packages refuses specifiers that deno.json does not name", () => {
  for (const specifier of ["npm:yaml@2", "jsr:@std/cli", "bun:sqlite", "https://example.com/x.ts"]) {
    assert.deepEqual(broken("lib/config/load.ts", `import "${specifier}";`), ["hermes/packages"], specifier);
  }
});

Deno.test("packages refuses a computed import in the program only", () => {
  const source = "const name = `./${Math.random()}.ts`; await import(name);";
  assert.deepEqual(broken("lib/tools/toolsets.ts", source), ["hermes/packages"]);
  assert.deepEqual(broken("main.ts", source), ["hermes/packages"]);
  assert.deepEqual(broken("tests/support/harness.ts", source), []);
});

Deno.test("runtime-globals keeps Deno and Bun in one file", () => {
  for (const use of ["Deno.exit", "Bun.version", "globalThis.Deno", "let dir: Deno.DirEntry"]) {
    assert.deepEqual(broken("lib/agent/loop.ts", use), ["hermes/runtime-globals"], use);
    assert.deepEqual(broken("lib/support/runtime.ts", use), [], use);
    assert.deepEqual(broken("tests/support/harness.ts", use), [], use);
  }
  assert.deepEqual(broken("lib/agent/loop.ts", `// Deno.exit\nconst text = "Bun";`), []);
});

Deno.test("single-exit lets main.ts alone end the process", () => {
  for (const source of ["process.exit(1);", `import { exit } from "node:process";`]) {
    assert.deepEqual(broken("lib/cli/root.ts", source), ["hermes/single-exit"], source);
    assert.deepEqual(broken("main.ts", source), [], source);
    assert.deepEqual(broken("tools/build.ts", source), [], source);
  }
  assert.deepEqual(broken("lib/cli/root.ts", "process.exitCode = 1;"), []);
});
