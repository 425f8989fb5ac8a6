import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { useServer } from "../support/scripted_home.ts";
import { callTools, say, startScriptedServer } from "../support/scripted_server.ts";

type Call = { readonly name: string; readonly args: object };

/** Lets the model of a chat make the calls one after the other, and gives what it read of each. */
async function resultsOf(hermes: EndToEnd, calls: readonly Call[]) {
  await using server = await startScriptedServer((request) => {
    const results = request.body.messages.filter(({ role }) => role === "tool");
    const call = calls[results.length];
    return call === undefined
      ? say(JSON.stringify(results.map(({ content }) => content)))
      : callTools([call]);
  });
  useServer(hermes, server.baseUrl);
  const { code, stdout, stderr } = await hermes.run(["chat", "-Q", "-q", "go"]);
  assert.deepEqual([code, stderr], [0, ""]);
  return JSON.parse(stdout) as string[]; // what the handler above says
}

endToEnd("file tools keep encodings, line ends, marks and hard links", async (hermes) => {
  const at = (name: string) => `${hermes.work}/${name}`;
  const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16();
  writeFileSync(at("latin1"), Buffer.from("für\nzwei\n", "latin1"));
  writeFileSync(at("utf16"), utf16be("\ufefffür\r\nzwei\r\n"));
  writeFileSync(at("mixed"), "a\nb\r\nc\n");
  linkSync(at("mixed"), at("linked"));
  writeFileSync(at("marked"), "\ufeffa\r\n");
  const results = await resultsOf(hermes, [
    { name: "read_file", args: { path: "latin1" } },
    { name: "patch", args: { path: "latin1", old_string: "zwei", new_string: "zwölf" } },
    { name: "write_file", args: { path: "latin1", content: "f\ufffdr" } },
    { name: "read_file", args: { path: "utf16" } },
    { name: "patch", args: { path: "utf16", old_string: "für\nzwei", new_string: "für\nneu\nzwei" } },
    { name: "patch", args: { path: "mixed", old_string: "b\nc", new_string: "b\nC" } },
    { name: "read_file", args: { path: "marked" } },
    { name: "write_file", args: { path: "marked", content: "x\ny\n" } },
  ]);
  assert.match(results[0]!, /^1\tfür\n2\tzwei\n\[encoding: Windows-1252/);
  assert.match(results[2]!, /"code":"encoding"/);
  assert.match(results[3]!, /^1\tfür\n2\tzwei\n\[encoding: UTF-16BE with a byte-order mark/);
  assert.deepEqual(readFileSync(at("latin1")), Buffer.from("für\nzwölf\n", "latin1"));
  assert.deepEqual(readFileSync(at("utf16")), utf16be("\ufefffür\r\nneu\r\nzwei\r\n"));
  assert.equal(readFileSync(at("linked"), "utf8"), "a\nb\r\nC\n");
  assert.equal(readFileSync(at("marked"), "utf8"), "\ufeffx\r\ny\r\n");
});

endToEnd("file tools find what a name means, and end whatever the glob or the file is", async (hermes) => {
  writeFileSync(`${hermes.work}/Re\u0301sume\u0301`, "old");
  mkdirSync(`${hermes.work}/${"a/".repeat(60)}`, { recursive: true });
  writeFileSync(`${hermes.work}/${"a/".repeat(60)}c`, "");
  const results = await resultsOf(hermes, [
    { name: "read_file", args: { path: "R\u00e9sum\u00e9" } },
    { name: "write_file", args: { path: "R\u00e9sum\u00e9", content: "new" } },
    { name: "search_files", args: { glob: `${"**/a/".repeat(25)}b` } },
    { name: "read_file", args: { path: Deno.build.os === "linux" ? "/proc/self/pagemap" : "/dev/zero" } },
  ]);
  assert.match(results[0]!, /^1\told/);
  assert.equal(results[2], "[no such file]");
  assert.match(results[3]!, /it is (binary|a device)/);
  const [name = "", ...others] = readdirSync(hermes.work).filter((each) => each.startsWith("R"));
  assert.deepEqual([readFileSync(`${hermes.work}/${name}`, "utf8"), others], ["new", []]);
});
