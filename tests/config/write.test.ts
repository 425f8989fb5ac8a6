import assert from "node:assert/strict";
import { chmodSync, linkSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../lib/config/write.ts";
import { refusal, tempHome } from "./temp_home.ts";

Deno.test("writeAtomically() makes a file that only its owner reads, and leaves nothing else", () => {
  using temp = tempHome();
  const path = join(temp.home, "new", "config.yaml");
  writeAtomically(path, "a: 1\n");
  assert.equal(readFileSync(path, "utf8"), "a: 1\n");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(temp.home, "new")), ["config.yaml"]);
});

Deno.test("writeAtomically() keeps the mode of a file and follows a link to it", () => {
  using temp = tempHome({ "dotfiles/real.yaml": "old" });
  const real = join(temp.home, "dotfiles/real.yaml");
  chmodSync(real, 0o640);
  symlinkSync(real, join(temp.home, "config.yaml"));
  writeAtomically(join(temp.home, "config.yaml"), "new");
  assert.deepEqual([readFileSync(real, "utf8"), statSync(real).mode & 0o777], ["new", 0o640]);
  assert(lstatSync(join(temp.home, "config.yaml")).isSymbolicLink());
});

Deno.test("writeAtomically() keeps the other names of a file, and a link to nothing yet", () => {
  using temp = tempHome({ "config.yaml": "old" });
  const [path, other, link] = [
    join(temp.home, "config.yaml"),
    join(temp.home, "other"),
    join(temp.home, "link"),
  ];
  linkSync(path, other);
  symlinkSync("made", link);
  writeAtomically(path, "new");
  writeAtomically(link, "made");
  assert.equal(readFileSync(other, "utf8"), "new");
  assert(lstatSync(link).isSymbolicLink());
  assert.deepEqual(readdirSync(temp.home).sort(), ["config.yaml", "link", "made", "other"]);
});

Deno.test("writeAtomically() says what it could not write and leaves no temporary file", () => {
  using temp = tempHome({ "config.yaml/inside": "" });
  const [message, exitCode] = refusal(() => writeAtomically(join(temp.home, "config.yaml"), "x"), temp.home);
  assert.match(message, /^Cannot write "HOME\/config.yaml": /);
  assert.equal(exitCode, 78);
  assert.deepEqual(readdirSync(temp.home), ["config.yaml"]);
});
