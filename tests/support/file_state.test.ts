import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { codeOf, fileState } from "../../lib/support/file_state.ts";
import { TempDir } from "./temp_dir.ts";

Deno.test("fileState() has words for what the system says of files", () => {
  using dir = new TempDir();
  mkdirSync(dir.at("folder"));
  writeFileSync(dir.at("file"), "");
  symlinkSync("loop", dir.at("loop"));
  const cases = {
    absent: ["ENOENT", "there is no such file"],
    folder: ["EISDIR", "it is a directory"],
    "file/x": ["ENOTDIR", "a part of the path is a file"],
    loop: ["ELOOP", "its symbolic links form a loop"],
    ["x".repeat(300)]: ["ENAMETOOLONG", "the name is too long"],
  };
  for (const [name, [code, state]] of Object.entries(cases)) {
    assert.throws(() => readFileSync(dir.at(name)), (error) => {
      assert.deepEqual([codeOf(error), fileState(error)], [code, state]);
      return true;
    });
  }
  assert.deepEqual([codeOf(new Error("odd")), fileState(new Error("odd"))], ["", "odd"]);
});
