import assert from "node:assert/strict";
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { runDirectory, socketPath } from "../../../lib/session/control/address.ts";
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
