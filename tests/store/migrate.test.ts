import assert from "node:assert/strict";
import { openDatabase } from "../../lib/store/open_database.ts";
import { MIGRATIONS } from "../../lib/store/schema.ts";
import { TempDir } from "../support/temp_dir.ts";

const FIRST = MIGRATIONS.slice(0, 1);
const SECOND = [...FIRST, "ALTER TABLE sessions ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'"];

function addSession(home: string, migrations: readonly string[]): void {
  using database = openDatabase(home, migrations);
  database.run(
    "INSERT INTO sessions (session_id, kind, cwd, model, created_at, last_at) VALUES ('s00000', 'chat', '/', '{}', 1, 1)",
  );
}

function versionAndColour(home: string, migrations: readonly string[]) {
  using database = openDatabase(home, migrations);
  const version = database.get<{ user_version: number }>("PRAGMA user_version")?.user_version;
  return [
    version,
    ...database.all<{ colour: string }>("SELECT colour FROM sessions").map((row) => row.colour),
  ];
}

Deno.test("migrate() brings an older database to the newest version and keeps what is in it", () => {
  using dir = new TempDir();
  addSession(dir.path, FIRST);
  assert.deepEqual(versionAndColour(dir.path, SECOND), [2, "blue"]);
  assert.deepEqual(versionAndColour(dir.path, SECOND), [2, "blue"], "once");
});

Deno.test("migrate() makes a new database with all steps", () => {
  using dir = new TempDir();
  assert.deepEqual(versionAndColour(dir.path, SECOND), [2]);
});

Deno.test("migrate() leaves nothing of a step that fails", () => {
  using dir = new TempDir();
  addSession(dir.path, FIRST);
  const broken = [...FIRST, "ALTER TABLE sessions ADD COLUMN colour TEXT; INSERT INTO nowhere VALUES (1)"];
  assert.throws(() => openDatabase(dir.path, broken), /no such table: nowhere/);
  assert.deepEqual(versionAndColour(dir.path, SECOND), [2, "blue"]);
});

Deno.test("migrate() goes over what another connection has open", () => {
  using dir = new TempDir();
  using old = openDatabase(dir.path, FIRST);
  old.get("SELECT * FROM sessions");
  assert.deepEqual(versionAndColour(dir.path, SECOND), [2]);
  assert.equal(old.get("SELECT session_id FROM sessions"), undefined, "an older process goes on");
});
