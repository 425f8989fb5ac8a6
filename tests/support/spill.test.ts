import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spillInto } from "../../lib/support/spill.ts";
import { TempDir } from "./temp_dir.ts";

Deno.test("spillInto() keeps each text whole, under a name of its own, for its owner only", () => {
  using dir = new TempDir();
  const home = dir.at("spill/s00001");
  const spill = spillInto(home);
  const text = "é😀\n".repeat(10_000);
  const paths = ["one", text, ""].map((each) => spill("work-c1.txt", each));
  assert.deepEqual(paths, ["work-c1.txt", "2-work-c1.txt", "3-work-c1.txt"].map((name) => join(home, name)));
  assert.deepEqual(paths.map((path) => readFileSync(path ?? "", "utf8")), ["one", text, ""]);
  assert.deepEqual([home, paths[1] ?? ""].map((path) => statSync(path).mode & 0o777), [0o700, 0o600]);
});

Deno.test("spillInto() never leaves its directory, whatever the name", () => {
  using dir = new TempDir();
  const spill = spillInto(dir.at("spill"));
  for (const name of ["../../evil", "/etc/passwd", "..", "a\0b", "x".repeat(500), ""]) {
    const path = spill(name, "text");
    assert.ok(path === null || path.startsWith(`${dir.at("spill")}/`), `${name}: ${path}`);
  }
});

Deno.test("spillInto() says when a text could not be kept", () => {
  using dir = new TempDir();
  writeFileSync(dir.at("file"), "");
  assert.equal(spillInto(dir.at("file/below"))("name", "text"), null);
});
