import assert from "node:assert/strict";
import { Evidence } from "../../lib/delegation/evidence.ts";

Deno.test("Evidence counts requests and calls, and keeps what tools did in order", () => {
  const evidence = new Evidence();
  evidence.request();
  evidence.request();
  for (const name of ["terminal", "write_file", "terminal"]) evidence.toolCall(name);
  evidence.add({ kind: "command", command: "make", exitCode: 2 });
  evidence.add({ kind: "file", path: "/a", bytes: 1, sha256: "11" });
  evidence.add({ kind: "url", url: "http://example.org" });
  evidence.add({ kind: "denied", what: "terminal", why: "not granted" });
  evidence.add({ kind: "command", command: "sleep", exitCode: null });
  assert.equal(evidence.requests, 2);
  assert.deepEqual(evidence.view, {
    scope: "tools",
    requests: 2,
    tool_calls: { terminal: 2, write_file: 1 },
    files_written: [{ path: "/a", bytes: 1, sha256: "11" }],
    commands: [{ command: "make", exit_code: 2 }, { command: "sleep", exit_code: null }],
    urls: ["http://example.org"],
    denied: [{ what: "terminal", why: "not granted" }],
  });
});

Deno.test("Evidence keeps the last write of a file", () => {
  const evidence = new Evidence();
  evidence.add({ kind: "file", path: "/a", bytes: 1, sha256: "11" });
  evidence.add({ kind: "file", path: "/b", bytes: 2, sha256: "22" });
  evidence.add({ kind: "file", path: "/a", bytes: 3, sha256: "33" });
  assert.deepEqual(evidence.view.files_written, [
    { path: "/a", bytes: 3, sha256: "33" },
    { path: "/b", bytes: 2, sha256: "22" },
  ]);
});

Deno.test("Evidence stays bounded", () => {
  const evidence = new Evidence();
  for (let n = 0; n < 600; n++) evidence.add({ kind: "url", url: `http://example.org/${n}` });
  for (let n = 0; n < 600; n++) evidence.add({ kind: "file", path: `/${n}`, bytes: n, sha256: "00" });
  evidence.add({ kind: "command", command: "make", exitCode: 0 });
  evidence.add({ kind: "file", path: "/0", bytes: 9, sha256: "99" });
  const { urls, files_written, commands } = evidence.view;
  assert.deepEqual([urls.length, files_written.length, commands.length], [500, 500, 1]);
  assert.deepEqual([urls[0], files_written[0]], ["http://example.org/0", {
    path: "/0",
    bytes: 9,
    sha256: "99",
  }]);
});
