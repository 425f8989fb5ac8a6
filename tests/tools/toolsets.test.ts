import assert from "node:assert/strict";
import fc from "fast-check";
import { ToolFailure } from "../../lib/support/errors.ts";
import type { Toolset } from "../../lib/tools/tool.ts";
import { parseToolsets, toolsOf, unavailableToolsets } from "../../lib/tools/toolsets.ts";

const ALL: Toolset[] = ["web", "terminal", "file", "file_read", "delegation", "async_delegation", "todo"];

Deno.test("toolsOf() lists each tool once, whatever the order of the toolsets", () => {
  fc.assert(fc.property(fc.shuffledSubarray(ALL), (toolsets) => {
    const tools = toolsOf(toolsets);
    assert.deepEqual(tools, toolsOf(toolsets.toReversed()));
    assert.equal(new Set(tools).size, tools.length);
  }));
  assert.deepEqual(toolsOf(["terminal", "file_read", "file"]), [
    "read_file",
    "write_file",
    "patch",
    "search_files",
    "terminal",
  ]);
});

Deno.test("toolsOf() gives nothing for a toolset whose tools are elsewhere", () => {
  assert.deepEqual(toolsOf(["web", "todo", "mcp:github"]), []);
});

Deno.test("parseToolsets() takes a text with commas or a list, each name once", () => {
  assert.deepEqual(parseToolsets(" file, terminal,,file "), ["file", "terminal"]);
  assert.deepEqual(parseToolsets(["mcp:github", "web"]), ["mcp:github", "web"]);
  assert.deepEqual(parseToolsets(""), []);
});

Deno.test("parseToolsets() names the toolset that does not exist and those that do", () => {
  for (const name of ["files", "mcp:", "toString"]) {
    assert.throws(() => parseToolsets(["file", name]), (error: unknown) => {
      assert.ok(error instanceof ToolFailure);
      assert.equal(error.code, "unknown_toolset");
      assert.match(error.message, new RegExp(`"${name}"`));
      assert.match(error.hint ?? "", /file, file_read, terminal, .*mcp:<server>/);
      return true;
    });
  }
});

Deno.test("unavailableToolsets() names exactly the toolsets without tools", () => {
  assert.deepEqual(unavailableToolsets().map((each) => each.toolset), ["web", "todo"]);
});
