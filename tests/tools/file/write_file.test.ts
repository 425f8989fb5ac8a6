import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fingerprint } from "../../../lib/tools/file/scan_file.ts";
import { storeFile } from "../../../lib/tools/file/store_file.ts";
import { locate } from "../../../lib/tools/file/target.ts";
import { workplace } from "../fixture.ts";

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

Deno.test("write_file makes the file and its directories, and counts as evidence", async () => {
  using place = workplace();
  const path = join(place.dir, "a/b/c.txt");
  const result = await place.call("write_file", { path: "a/b/c.txt", content: "grün\n" });
  assert.deepEqual(result, { path, bytes: 6, created: true });
  assert.equal(place.text("a/b/c.txt"), "grün\n");
  assert.deepEqual(place.evidence, [["fileWritten", path, 6, sha256("grün\n")]]);
  assert.deepEqual(readdirSync(join(place.dir, "a/b")), ["c.txt"]);
  assert.equal(statSync(path).mode & 0o777, 0o666 & ~process.umask());
});

Deno.test("write_file refuses a file that the agent has not read", async () => {
  using place = workplace();
  place.file("a", "theirs");
  await assert.rejects(place.call("write_file", { path: "a", content: "mine" }), {
    code: "not_read",
    message: `Cannot write "a": it exists and you have not read it`,
    hint: "Read it first: writing replaces all of it",
  });
  assert.deepEqual([place.text("a"), place.evidence], ["theirs", []]);
});

Deno.test("write_file refuses a file that changed since it was read, until it is read again", async () => {
  using place = workplace();
  place.file("a", "old");
  await place.call("read_file", { path: "a" });
  place.file("a", "theirs");
  const write = () => place.call("write_file", { path: "a", content: "mine" });
  await assert.rejects(write(), {
    code: "changed_since_read",
    message: `Cannot write "a": it changed since you read it`,
  });
  assert.equal(place.text("a"), "theirs");
  await place.call("read_file", { path: "a" });
  await write();
  assert.equal(place.text("a"), "mine");
});

Deno.test("write_file may write again what it wrote itself", async () => {
  using place = workplace();
  await place.call("write_file", { path: "a", content: "1" });
  const again = await place.call("write_file", { path: "a", content: "2" });
  assert.deepEqual(again, { path: join(place.dir, "a"), bytes: 1, created: false });
});

Deno.test("write_file keeps the mode of a file and the link that led to it", async () => {
  using place = workplace();
  const path = place.file("bin/tool", "old");
  chmodSync(path, 0o751);
  symlinkSync("bin/tool", join(place.dir, "link"));
  await place.call("read_file", { path: "link" });
  await place.call("write_file", { path: "link", content: "new" });
  assert.equal(place.text("bin/tool"), "new");
  assert.equal(statSync(path).mode & 0o777, 0o751);
  assert.ok(lstatSync(join(place.dir, "link")).isSymbolicLink());
  assert.deepEqual(readdirSync(join(place.dir, "bin")), ["tool"]);
});

Deno.test("write_file makes the file that a dangling link points to", async () => {
  using place = workplace();
  symlinkSync("sub/target", join(place.dir, "link"));
  await place.call("write_file", { path: "link", content: "new" });
  assert.equal(place.text("sub/target"), "new");
});

Deno.test("write_file refuses a directory and a path through a file, and leaves nothing behind", async () => {
  using place = workplace();
  mkdirSync(join(place.dir, "sub"));
  place.file("file", "");
  await assert.rejects(place.call("write_file", { path: "sub", content: "" }), {
    code: "is_directory",
    message: `Cannot write "sub": it is a directory`,
    hint: "It is empty",
  });
  await assert.rejects(place.call("write_file", { path: "file/x", content: "" }), { code: "io_error" });
  assert.deepEqual(readdirSync(place.dir).sort(), ["file", "sub"]);
});

Deno.test("write_file lets one of many agents make a file, and refuses the others", async () => {
  using place = workplace();
  const agents = Array.from({ length: 8 }, () => workplace({ cwd: place.dir }));
  const writes = agents.map((agent, i) => agent.call("write_file", { path: "same", content: `agent ${i}` }));
  const settled = await Promise.allSettled(writes);
  const winners = settled.flatMap((each, i) => each.status === "fulfilled" ? [i] : []);
  for (const agent of agents) agent[Symbol.dispose]();
  assert.equal(winners.length, 1);
  assert.equal(place.text("same"), `agent ${winners[0]}`);
  assert.deepEqual(readdirSync(place.dir), ["same"]);
  const codes = settled.flatMap((each) => each.status === "rejected" ? [each.reason.code] : []);
  assert.deepEqual(codes, Array(7).fill("not_read"));
});

Deno.test("write_file lets one of many agents that have read a file replace it, and refuses the others", async () => {
  using place = workplace();
  place.file("same", "old");
  const agents = Array.from({ length: 8 }, () => workplace({ cwd: place.dir, filesSeen: new Map() }));
  for (const agent of agents) await agent.call("read_file", { path: "same" });
  const writes = agents.map((agent, i) => agent.call("write_file", { path: "same", content: `agent ${i}` }));
  const settled = await Promise.allSettled(writes);
  const winners = settled.flatMap((each, i) => each.status === "fulfilled" ? [i] : []);
  for (const agent of agents) agent[Symbol.dispose]();
  assert.equal(winners.length, 1);
  assert.equal(place.text("same"), `agent ${winners[0]}`);
  assert.deepEqual(readdirSync(place.dir), ["same"]);
  const codes = settled.flatMap((each) => each.status === "rejected" ? [each.reason.code] : []);
  assert.deepEqual(codes, Array(7).fill("changed_since_read"));
});

Deno.test("storeFile() leaves a file that changed since it was looked at, whoever has seen it, and one that is gone", async () => {
  using place = workplace();
  const path = place.file("a", "old");
  const target = await locate("write", "a", place.context);
  const replaces = fingerprint(new TextEncoder().encode("old"));
  const store = () => storeFile(target, { bytes: new TextEncoder().encode("mine"), replaces }, place.context);
  place.file("a", "theirs");
  await assert.rejects(store(), {
    code: "changed_since_read",
    message: `Cannot write "a": somebody wrote to it just now`,
  });
  assert.deepEqual([place.text("a"), readdirSync(place.dir)], ["theirs", ["a"]]);
  rmSync(path);
  await assert.rejects(store(), { code: "not_found" });
  assert.deepEqual([readdirSync(place.dir), place.evidence], [[], []]);
});

Deno.test({
  name: "write_file keeps the owner of a file",
  ignore: process.getuid?.() !== 0,
  async fn() {
    using place = workplace();
    const path = place.file("a", "old");
    chownSync(path, 1234, 2345);
    chmodSync(path, 0o4767);
    await place.call("read_file", { path: "a" });
    await place.call("write_file", { path: "a", content: "new" });
    const { uid, gid, mode } = statSync(path);
    assert.deepEqual([uid, gid, mode & 0o7777, place.text("a")], [1234, 2345, 0o4767, "new"]);
  },
});
