import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { closeRunDirectory, runDirectory, socketPath } from "../../../lib/session/control/address.ts";
import { createToken, isSameToken, readToken, removeToken } from "../../../lib/session/control/token.ts";
import { TempDir } from "../../support/temp_dir.ts";

const HOST = "3d5b8c0e-0000-4000-8000-000000000001";

Deno.test("socketPath() is in run/, for its owner only", () => {
  using dir = new TempDir();
  assert.equal(socketPath(dir.path, HOST), dir.at(`run/${HOST}.sock`));
  assert.equal(statSync(runDirectory(dir.path)).mode & 0o777, 0o700);
});

Deno.test("socketPath() of a deep state directory is short, in a directory of the user's own", () => {
  using dir = new TempDir();
  const deep = dir.at("a-rather-long-name/".repeat(8));
  mkdirSync(deep, { recursive: true });
  const path = socketPath(deep, HOST);
  assert.ok(path.length <= 100, path);
  const { mode, uid } = statSync(dirname(path));
  assert.deepEqual([mode & 0o777, uid], [0o700, Deno.uid()]);
  assert.notEqual(path, socketPath(`${deep}x`, HOST));
});

Deno.test("runDirectory() closes a directory that is open to others", () => {
  for (const mode of [0o777, 0o770, 0o755, 0o701]) {
    using dir = new TempDir();
    mkdirSync(dir.at("run"));
    chmodSync(dir.at("run"), mode);
    assert.equal(closeRunDirectory(dir.path), true);
    assert.equal(closeRunDirectory(dir.path), false);
    chmodSync(dir.at("run"), mode);
    assert.equal(statSync(runDirectory(dir.path)).mode & 0o777, 0o700);
  }
});

Deno.test({
  name: "runDirectory() and readToken() take nothing that is another user's",
  ignore: Deno.build.os === "windows" || Deno.uid() !== 0,
  fn() {
    using dir = new TempDir();
    createToken(dir.path, HOST);
    chownSync(dir.at(`run/${HOST}.token`), 54_321, 54_321);
    assert.equal(readToken(dir.path, HOST), null);
    chownSync(dir.at("run"), 54_321, 54_321);
    const message = `Cannot listen in "${dir.at("run")}": it is not a directory of this user alone`;
    assert.throws(() => runDirectory(dir.path), { name: "UserError", message, exitCode: 78 });
  },
});

Deno.test("createToken() makes a file that only its owner can read, new each time", () => {
  using dir = new TempDir();
  const first = createToken(dir.path, HOST);
  const second = createToken(dir.path, HOST);
  assert.match(second, /^[0-9a-f]{64}$/);
  assert.deepEqual([isSameToken(first, second), isSameToken(second, second)], [false, true]);
  assert.equal(readToken(dir.path, HOST), second);
  assert.equal(statSync(dir.at(`run/${HOST}.token`)).mode & 0o777, 0o600);
  removeToken(dir.path, HOST);
  assert.equal(readToken(dir.path, HOST), null);
});
