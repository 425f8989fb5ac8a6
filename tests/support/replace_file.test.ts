import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { replaceFile } from "../../lib/support/replace_file.ts";
import { SmallDisk } from "./small_disk.ts";
import { TempDir } from "./temp_dir.ts";

const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;

function replace(path: string, text: string, expects: "none" | "file" | "either" = "either"): void {
  replaceFile(path, { bytes: new TextEncoder().encode(text), expects, newMode: 0o640 });
}

function text(path: string): string {
  return readFileSync(path, "utf8");
}

/** As root it mounts `what` at a file or directory; false where that is not allowed. */
function mounted(args: string[]): boolean {
  return isRoot && new Deno.Command("mount", { args, stdout: "null", stderr: "null" }).outputSync().success;
}

function unmount(path: string): void {
  new Deno.Command("umount", { args: [path] }).outputSync();
}

/** What somebody without rights gets of a write. */
function asNobody(path: string, text: string): string {
  const script = new URL("./write_as_nobody.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", "--quiet", script, path, text];
  const { stdout } = new Deno.Command(Deno.execPath(), { args }).outputSync();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("replaceFile() makes a file that must not be there, replaces one that must, and takes either", () => {
  using dir = new TempDir();
  const path = dir.at("a");
  assert.throws(() => replace(path, "x", "file"), { code: "ENOENT" });
  replace(path, "1", "none");
  assert.equal(statSync(path).mode & 0o777, 0o640);
  assert.throws(() => replace(path, "x", "none"), { code: "EEXIST" });
  replace(path, "2", "file");
  assert.equal(text(path), "2");
  replace(path, "3");
  replace(dir.at("b"), "4");
  assert.deepEqual([text(path), text(dir.at("b")), readdirSync(dir.path)], ["3", "4", ["a", "b"]]);
});

Deno.test("replaceFile() keeps all names of a file, whatever the new length", () => {
  using dir = new TempDir();
  const [one, other] = [dir.at("one"), dir.at("other")];
  writeFileSync(one, "what it held");
  linkSync(one, other);
  for (const content of ["longer than what it held before", "short", "", "again"]) {
    replace(one, content);
    assert.deepEqual([text(one), text(other), statSync(one).nlink], [content, content, 2]);
  }
  assert.deepEqual(readdirSync(dir.path), ["one", "other"]);
});

Deno.test("replaceFile() leaves the file when it is refused in the last moment, several names or one", () => {
  using dir = new TempDir();
  for (const name of ["one", "two"]) writeFileSync(dir.at(name), "old");
  linkSync(dir.at("two"), dir.at("second name"));
  for (const name of ["one", "two"]) {
    const assertUnchanged = () => {
      throw new Error("no");
    };
    const content = { bytes: new Uint8Array(9), expects: "file", newMode: 0o600, assertUnchanged } as const;
    assert.throws(() => replaceFile(dir.at(name), content), { message: "no" });
    assert.equal(text(dir.at(name)), "old");
  }
  assert.deepEqual(readdirSync(dir.path).length, 3);
});

Deno.test({
  name: "replaceFile() writes a file mounted as one, in a directory that is read-only or not",
  ignore: !SmallDisk.isToBeHad(),
  fn() {
    using dir = new TempDir();
    const source = dir.at("source");
    const [writable, readOnly] = [dir.at("writable"), dir.at("read-only")];
    for (const directory of [writable, readOnly]) {
      mkdirSync(directory);
      writeFileSync(source, "old");
      if (directory === readOnly) assert(mounted(["-t", "tmpfs", "tmpfs", readOnly]));
      const path = `${directory}/file`;
      writeFileSync(path, "");
      assert(mounted(["--bind", source, path]));
      if (directory === readOnly) assert(mounted(["-o", "remount,ro", readOnly]));
      try {
        replace(path, "the new content");
        assert.deepEqual([text(path), text(source), readdirSync(directory)], [
          "the new content",
          "the new content",
          ["file"],
        ]);
      } finally {
        unmount(path);
        if (directory === readOnly) unmount(readOnly);
      }
    }
  },
});

Deno.test({
  name:
    "replaceFile() writes a file that is writable where nothing may be made, or whose owner it cannot give away",
  ignore: !isRoot,
  fn() {
    using dir = new TempDir();
    chmodSync(dir.path, 0o755);
    const closed = dir.at("closed");
    const shared = dir.at("shared");
    const sticky = dir.at("sticky");
    for (const [directory, mode] of [[closed, 0o755], [shared, 0o777], [sticky, 0o1777]] as const) {
      mkdirSync(directory);
      chmodSync(directory, mode);
      writeFileSync(`${directory}/file`, "old");
      chmodSync(`${directory}/file`, 0o666);
      chownSync(`${directory}/file`, 1234, 2345);
      assert.equal(asNobody(`${directory}/file`, "new"), "done");
      const { uid, gid, mode: after } = statSync(`${directory}/file`);
      assert.deepEqual([text(`${directory}/file`), uid, gid, after & 0o7777], ["new", 1234, 2345, 0o666]);
      assert.deepEqual(readdirSync(directory), ["file"]);
    }
    const lending = `${shared}/lending`;
    writeFileSync(lending, "old");
    linkSync(lending, `${shared}/other name`);
    chownSync(lending, 65534, 65534);
    chmodSync(lending, 0o4755);
    assert.equal(asNobody(lending, "new"), "done");
    assert.deepEqual([text(`${shared}/other name`), statSync(lending).mode & 0o7777], ["new", 0o4755]);
    assert.equal(asNobody(`${closed}/other`, "new"), "EACCES");
    chmodSync(`${shared}/file`, 0o644);
    assert.equal(asNobody(`${shared}/file`, "newer"), "EACCES");
    assert.equal(text(`${shared}/file`), "new");
  },
});

Deno.test({
  name: "replaceFile() keeps the old content when the disk is full, of a file with several names, too",
  ignore: !SmallDisk.isToBeHad(),
  fn() {
    using dir = new TempDir();
    using disk = new SmallDisk(dir.path, 512);
    const old = "x".repeat(10_000);
    for (const name of ["one", "two"]) writeFileSync(`${disk.path}/${name}`, old);
    linkSync(`${disk.path}/two`, `${disk.path}/two again`);
    disk.fill();
    truncateSync(`${disk.path}/filling`, statSync(`${disk.path}/filling`).size - 60_000); // room for a copy
    for (const name of ["one", "two"]) {
      assert.throws(() => replace(`${disk.path}/${name}`, "y".repeat(200_000)), { code: "ENOSPC" });
      assert.equal(text(`${disk.path}/${name}`), old);
    }
    disk.free();
    disk.fill();
    replace(`${disk.path}/two`, "shorter"); // the copy lies elsewhere
    assert.equal(text(`${disk.path}/two again`), "shorter");
    assert.deepEqual(readdirSync(disk.path).sort(), ["filling", "one", "two", "two again"]);
    assert.deepEqual(readdirSync(tmpdir()).filter((name) => name.startsWith(".two.")), []);
  },
});

Deno.test({
  name: "replaceFile() replaces a program that runs",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using dir = new TempDir();
    const path = dir.at("program");
    Deno.copyFileSync("/bin/sleep", path);
    const running = new Deno.Command(path, { args: ["3600"], stdout: "null", stderr: "null" }).spawn();
    try {
      replace(path, "new");
      assert.equal(text(path), "new");
    } finally {
      running.kill("SIGKILL");
      await running.status;
    }
  },
});
