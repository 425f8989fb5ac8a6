import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { truncateSync } from "node:fs";
import { join } from "node:path";
import { readChunks, readChunksAtOnce, readStart } from "../../lib/support/read_chunks.ts";
import { scanFile } from "../../lib/tools/file/scan_file.ts";
import { workplace } from "../tools/fixture.ts";

const { signal } = new AbortController();

Deno.test("readStart() and readChunksAtOnce() read so many bytes and say whether that was all", async () => {
  using place = workplace();
  const path = place.file("a", "12345");
  for (
    const [maxBytes, text, whole] of [[4, "1234", false], [5, "12345", true], [9, "12345", true]] as const
  ) {
    const read = await readStart(path, { signal, maxBytes });
    assert.deepEqual([new TextDecoder().decode(read.content), read.whole], [text, whole]);
    const extent = readChunksAtOnce(path, { maxBytes, onChunk: () => {} });
    assert.deepEqual(extent, { bytes: text.length, whole });
  }
  const sha256 = createHash("sha256").update("12345").digest("hex");
  assert.deepEqual(await scanFile(path, signal), { bytes: 5, whole: true, sha256 });
});

Deno.test("readChunks() refuses pipes, devices and directories without waiting for them", async () => {
  using place = workplace();
  execFileSync("mkfifo", [join(place.dir, "pipe")]);
  for (const path of [join(place.dir, "pipe"), "/dev/zero", "/dev/null", place.dir]) {
    const reading = readChunks(path, { signal, maxBytes: 9, onChunk: () => assert.fail("it was read") });
    await assert.rejects(reading, { code: path === place.dir ? "EISDIR" : "ENXIO" }, path);
  }
});

Deno.test("readChunks() ends with the signal's reason, before and in the middle of a file", async () => {
  using place = workplace();
  const path = place.file("a", "x");
  truncateSync(path, 500_000_000);
  await assert.rejects(
    readChunks(path, { signal: AbortSignal.abort("before"), maxBytes: 1e9, onChunk: () => {} }),
    (error) => error === "before",
  );
  const stop = new AbortController();
  let chunks = 0;
  const onChunk = () => void (++chunks === 3 && stop.abort("enough"));
  const reading = readChunks(path, { signal: stop.signal, maxBytes: 1e9, onChunk });
  await assert.rejects(reading, (error) => error === "enough");
  assert.equal(chunks, 3);
});

Deno.test({
  name: "readStart() ends in a file that the system makes up as it is read",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const endless = await readStart("/proc/self/pagemap", { signal, maxBytes: 1e9 });
    assert.deepEqual([endless.content.length, endless.whole], [1_000_000, false]);
    const short = await readStart("/proc/self/comm", { signal, maxBytes: 1e9 });
    assert.deepEqual([short.content.length > 0, short.whole], [true, true]);
  },
});
