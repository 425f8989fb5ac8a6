import assert from "node:assert/strict";
import * as z from "zod/mini";
import { isTool, loadTool } from "../../lib/tools/catalogue.ts";
import { toolSchema } from "../../lib/tools/tool_schema.ts";
import type { Toolset } from "../../lib/tools/tool.ts";
import { Toolbox } from "../../lib/tools/toolbox.ts";
import { toolsOf } from "../../lib/tools/toolsets.ts";

const ALL: Toolset[] = ["web", "terminal", "file", "file_read", "delegation", "async_delegation", "todo"];

Deno.test("loadTool() finds every tool of every toolset, and a child's own, under its own name", async () => {
  for (const name of [...toolsOf(ALL), "finish", "ask_parent"]) {
    assert.ok(isTool(name));
    assert.equal((await loadTool(name)).name, name);
  }
});

Deno.test("loadTool() rejects for a name that is none", async () => {
  for (const name of ["nothing", "toString"]) {
    assert.equal(isTool(name), false);
    await assert.rejects(loadTool(name), RangeError);
  }
});

Deno.test("Toolbox.schemas() keeps the order and leaves room in a child's first request", async () => {
  const names = toolsOf(["file", "terminal"]);
  const schemas = await new Toolbox(names).schemas();
  assert.deepEqual(schemas.map((schema) => schema.name), names);
  const wire = JSON.stringify(schemas.map((schema) => ({ type: "function", function: schema })));
  assert.ok(new TextEncoder().encode(wire).length <= 3200, `${wire.length}`);
});

Deno.test("toolSchema() has the limits that were meant and not those of every number", () => {
  const parameters = z.strictObject({ n: z.optional(z.int().check(z.minimum(1))), s: z.string() });
  assert.deepEqual(toolSchema({ name: "x", description: "y", parameters }), {
    name: "x",
    description: "y",
    parameters: {
      type: "object",
      properties: { n: { type: "integer", minimum: 1 }, s: { type: "string" } },
      required: ["s"],
      additionalProperties: false,
    },
  });
});
