import assert from "node:assert/strict";
import { linkSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { ToolFailure } from "../../../lib/support/errors.ts";
import { createRedactor } from "../../../lib/support/redact.ts";
import { workplace } from "../fixture.ts";

const KEY = "planted-key-4711";
const redactor = createRedactor([{ name: "PLANTED", value: KEY }]);

Deno.test("file tools stay out of the files that hold keys, by whatever name", async () => {
  const secretPaths: string[] = [];
  using place = workplace({ secretPaths });
  secretPaths.push(place.file("home/.env", KEY), join(place.dir, "home/run"));
  place.file("home/run/socket.json", KEY);
  place.file("home/other", KEY);
  symlinkSync("home", join(place.dir, "alias"));
  symlinkSync("home/.env", join(place.dir, "link"));
  const attempts: [string, Record<string, unknown>][] = [
    ["read_file", { path: "home/.env" }],
    ["read_file", { path: "alias/.env" }],
    ["read_file", { path: "link" }],
    ["read_file", { path: "home/run/socket.json" }],
    ["write_file", { path: "home/run/new", content: "x" }],
    ["patch", { path: "link", old_string: KEY, new_string: "x" }],
    ["search_files", { path: "alias/.env", pattern: "planted" }],
    ["search_files", { path: "home/run", pattern: "planted" }],
  ];
  for (const [tool, args] of attempts) {
    assert.equal((await place.failure(tool, args)).code, "denied", JSON.stringify(args));
  }
  assert.deepEqual(place.evidence.map(([kind]) => kind), attempts.map(() => "denied"));
  assert.equal(place.text("home/.env"), KEY);
  const found = String(await place.call("search_files", { path: "alias", pattern: "planted" }));
  assert.match(found, /^alias\/other:1: planted-key-4711$/);
  assert.doesNotMatch(found, /\.env|socket/);
});

Deno.test("what holds keys of the user is read and searched when somebody allows it, and passed over in a search above", async () => {
  const asked: unknown[] = [];
  let allows = false;
  using place = workplace({
    approve: (action) => {
      asked.push(action);
      return allows ? Promise.resolve() : Promise.reject(new ToolFailure("denied", "no"));
    },
  });
  const paths = ["id_rsa", "vault.kdbx", "private.pem"].map((name) => place.file(name, "planted key\n"));
  place.file("id_rsa.pub", "planted public\n");
  for (const path of paths) {
    const attempts = [["read_file", { path }], ["search_files", { path, pattern: "planted" }]] as const;
    for (const [tool, args] of attempts) assert.equal((await place.failure(tool, args)).code, "denied", path);
  }
  const read = paths.map((path) => ({ type: "read", path: realpathSync(path) }));
  assert.deepEqual(asked, read.flatMap((action) => [action, action]));
  const found = await place.call("search_files", { pattern: "planted" });
  assert.equal(found, "id_rsa.pub:1: planted public");
  allows = true;
  assert.equal(await place.call("read_file", { path: "id_rsa" }), "1\tplanted key");
  assert.match(
    String(await place.call("search_files", { path: "id_rsa", pattern: "planted" })),
    /planted key/,
  );
});

Deno.test("dispatch() redacts what a tool found, and a file keeps what is in it", async () => {
  using place = workplace({ redact: (text) => redactor.text(text) });
  place.file("config", `a = ${KEY}\nb = 1\n`);
  linkSync(join(place.dir, "config"), join(place.dir, "same"));
  assert.equal(await place.call("read_file", { path: "config" }), "1\ta = [redacted: PLANTED]\n2\tb = 1");
  await place.call("patch", { path: "config", old_string: "b = 1", new_string: "b = 2" });
  assert.equal(place.text("config"), `a = ${KEY}\nb = 2\n`);
  const near = await place.failure("patch", {
    path: "config",
    old_string: `a = planted-kex`,
    new_string: "",
  });
  assert.equal(JSON.stringify(near).includes(KEY), false);
});

Deno.test("write_file and patch do not put a marker in the place of a secret", async () => {
  using place = workplace({ redact: (text) => redactor.text(text) });
  place.file("config", `a = ${KEY}\n`);
  place.file("docs", "it shows [redacted: PLANTED]\n");
  const read = String(await place.call("read_file", { path: "config" }));
  const content = read.replace("1\t", "");
  for (const path of ["config", "new"]) {
    assert.equal((await place.failure("write_file", { path, content })).code, "redacted");
  }
  const patch = { path: "config", old_string: "a", new_string: "[redacted: PLANTED]" };
  assert.equal((await place.failure("patch", patch)).code, "redacted");
  assert.equal(place.text("config"), `a = ${KEY}\n`);
  await place.call("read_file", { path: "docs" });
  await place.call("write_file", { path: "docs", content: `more: ${content}\n` });
  assert.equal(place.text("docs"), "more: a = [redacted: PLANTED]\n");
});
