import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { absolutePath } from "../../../lib/tools/file/paths.ts";
import { workplace } from "../fixture.ts";

Deno.test("read_file numbers the lines and remembers what the file held", async () => {
  using place = workplace();
  const path = place.file("a.txt", "one\r\ntwo\n\nfour");
  assert.equal(await place.call("read_file", { path: "a.txt" }), "1\tone\n2\ttwo\n3\t\n4\tfour");
  const sha256 = createHash("sha256").update("one\r\ntwo\n\nfour").digest("hex");
  assert.deepEqual([...place.context.filesSeen], [[path, sha256]]);
});

Deno.test("read_file gives the range asked for and says how to go on", async () => {
  using place = workplace();
  place.file("a.txt", "1\n2\n3\n4\n5\n");
  const middle = await place.call("read_file", { path: "a.txt", offset: 2, limit: 2 });
  assert.equal(middle, "2\t2\n3\t3\n[2 more lines; go on with offset 4]");
  assert.equal(await place.call("read_file", { path: "a.txt", offset: 5, limit: 2 }), "5\t5");
  await assert.rejects(place.call("read_file", { path: "a.txt", offset: 6 }), {
    code: "invalid_arguments",
    message: `Cannot read "a.txt" from line 6: it has 5`,
  });
});

Deno.test("read_file bounds lines, bytes and the length of a line", async () => {
  using place = workplace();
  place.file("lines", "x\n".repeat(5000));
  assert.match(
    String(await place.call("read_file", { path: "lines" })),
    /\n\[3000 more lines; .* offset 2001\]$/,
  );
  place.file("bytes", `${"ä".repeat(900)}\n`.repeat(500));
  const bytes = String(await place.call("read_file", { path: "bytes" }));
  assert.ok(new TextEncoder().encode(bytes).length < 50_000);
  assert.match(bytes, /\n\[474 more lines; go on with offset 27\]$/);
  place.file("line", `${"€".repeat(1000)}\nend`);
  const line = await place.call("read_file", { path: "line" });
  assert.equal(line, `1\t${"€".repeat(666)}… [1000 more bytes in this line]\n2\tend`);
});

Deno.test("read_file reads a file of many chunks to its end", async () => {
  using place = workplace();
  place.file("big", "0123456789abcde\n".repeat(100_000));
  assert.equal(await place.call("read_file", { path: "big", offset: 100_000 }), "100000\t0123456789abcde");
});

Deno.test("read_file says that a file is empty, binary, a directory or a device", async () => {
  using place = workplace();
  place.file("empty", "");
  place.file("binary", Uint8Array.of(1, 0, 2));
  place.file("sub/b", "");
  mkdirSync(join(place.dir, "sub/a"));
  execFileSync("mkfifo", [join(place.dir, "pipe")]);
  assert.equal(await place.call("read_file", { path: "empty" }), "[empty file]");
  await assert.rejects(place.call("read_file", { path: "binary" }), {
    code: "binary",
    message: `Cannot read "binary": it is binary, 3 bytes`,
  });
  await assert.rejects(place.call("read_file", { path: "sub" }), {
    code: "is_directory",
    message: `Cannot read "sub": it is a directory`,
    hint: "It holds a/, b",
  });
  for (const path of ["pipe", "/dev/zero"]) {
    await assert.rejects(place.call("read_file", { path }), {
      code: "io_error",
      message: `Cannot read "${path}": it is a device, pipe or socket`,
    });
  }
});

Deno.test("read_file names files that are like a missing one, or the directory that is there", async () => {
  using place = workplace();
  for (const path of ["src/main_window.ts", "src/mainWindow.test.ts", "src/zebra.md"]) place.file(path, "");
  await assert.rejects(place.call("read_file", { path: "src/mainWindow.ts" }), {
    code: "not_found",
    message: `Cannot read "src/mainWindow.ts": there is no such file`,
    hint: "In the same directory: main_window.ts, mainWindow.test.ts",
  });
  await assert.rejects(place.call("read_file", { path: "lib/x/y" }), {
    code: "not_found",
    message: `Cannot read "lib/x/y": there is no such file`,
    hint: `"${place.dir}/lib/x" does not exist either, "${place.dir}" does`,
  });
});

Deno.test("read_file says what is wrong with a path", async () => {
  using place = workplace();
  place.file("a", "");
  symlinkSync("loop", join(place.dir, "loop"));
  const cases = [
    ["a/b", "a part of the path is a file"],
    ["loop", "its symbolic links form a loop"],
    ["x".repeat(300), "the name is too long"],
  ];
  for (const [path, state] of cases) {
    await assert.rejects(place.call("read_file", { path }), { message: `Cannot read "${path}": ${state}` });
  }
  await assert.rejects(place.call("read_file", { path: "a\0b" }), { code: "io_error" });
});

Deno.test("read_file knows a file by its real name", async () => {
  using place = workplace();
  const path = place.file("real", "text");
  symlinkSync("real", join(place.dir, "link"));
  await place.call("read_file", { path: "link" });
  assert.deepEqual([...place.context.filesSeen.keys()], [path]);
});

Deno.test("absolutePath() starts from the directory given, from the root, or from home", () => {
  assert.equal(absolutePath("/w", "a/../b"), "/w/b");
  assert.equal(absolutePath("/w", "/a"), "/a");
  assert.equal(absolutePath("/w", "~"), homedir());
  assert.equal(absolutePath("/w", "~/a"), join(homedir(), "a"));
  assert.equal(absolutePath("/w", "~a"), "/w/~a");
});
