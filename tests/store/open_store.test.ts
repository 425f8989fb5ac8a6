import assert from "node:assert/strict";
import { MIGRATIONS } from "../../lib/store/schema.ts";
import { StoreError, type StoreTrouble } from "../../lib/store/store_error.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { systemClock } from "../../lib/support/clock.ts";
import { SmallDisk } from "../support/small_disk.ts";
import { TempDir } from "../support/temp_dir.ts";
import { beginIn, StoreGround } from "./store_ground.ts";

/** What opening fails with; the file is then as it was. */
function refusal(ground: StoreGround): StoreError {
  try {
    ground.open();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error("The store opened");
}

function modeOf(path: string): number | undefined {
  const { mode } = Deno.statSync(path);
  return mode === null ? undefined : mode & 0o777;
}

/** Opens a store with a session in it and closes it again; returns the path of its file. */
function made(ground: StoreGround): string {
  using store = ground.open();
  beginIn(store);
  return `${ground.home}/sessions.db`;
}

function assertRefused(ground: StoreGround, trouble: StoreTrouble, path: string): StoreError {
  const before = Deno.readFileSync(path);
  const error = refusal(ground);
  assert.deepEqual([error.trouble, error.exitCode], [trouble, 78]);
  assert.ok(error.message.includes(`"${path}"`), error.message);
  assert.ok(error.hint);
  assert.deepEqual(Deno.readFileSync(path), before);
  const beside = [...Deno.readDirSync(ground.home)].map(({ name }) => name).filter((name) =>
    name !== "sessions.db"
  );
  // Of a damaged database SQLite may leave an empty log.
  for (const name of beside) {
    assert.ok(name.endsWith("-shm") || Deno.statSync(`${ground.home}/${name}`).size === 0);
  }
  return error;
}

Deno.test("openStore() makes a directory and a file that are its owner's only", {
  ignore: Deno.build.os === "windows",
}, () => {
  using ground = new StoreGround();
  using store = ground.open();
  beginIn(store);
  assert.equal(modeOf(ground.home), 0o700);
  const names = [...Deno.readDirSync(ground.home)].map(({ name }) => name).sort();
  assert.deepEqual(names, ["sessions.db", "sessions.db-shm", "sessions.db-wal"]);
  for (const name of names) assert.equal(modeOf(`${ground.home}/${name}`), 0o600, name);
});

Deno.test("openStore() finds what an earlier one kept", () => {
  using ground = new StoreGround();
  made(ground);
  using again = ground.open();
  assert.equal(again.sessions().length, 1);
});

Deno.test("openStore() refuses a database of a newer hermes and leaves it as it is", () => {
  using ground = new StoreGround();
  const path = made(ground);
  {
    using store = ground.open();
    store.database.script("PRAGMA user_version = 999");
  }
  const { message, hint } = assertRefused(ground, "newer", path);
  const known = MIGRATIONS.length;
  const state = `it was written by a newer hermes (its version is 999, the newest known is ${known})`;
  assert.equal(message, `Cannot open "${path}": ${state}`);
  assert.equal(hint, "Update hermes, or set HERMES_HOME to another directory");
});

Deno.test("openStore() sees a newer version that only the write-ahead log holds", () => {
  using ground = new StoreGround();
  made(ground);
  using newer = ground.open();
  newer.database.script("PRAGMA user_version = 999");
  assert.equal(refusal(ground).trouble, "newer");
});

for (const [what, bytes] of [["text", "no database at all ".repeat(300)], ["nothing", ""]] as const) {
  Deno.test(`openStore() refuses a file that holds ${what} and leaves it as it is`, () => {
    using ground = new StoreGround();
    Deno.mkdirSync(ground.home);
    const path = `${ground.home}/sessions.db`;
    Deno.writeTextFileSync(path, bytes);
    const { message } = assertRefused(ground, "foreign", path);
    assert.equal(message, `Cannot open "${path}": it is no database of hermes`);
  });
}

Deno.test("openStore() refuses a database of another program", () => {
  using ground = new StoreGround();
  const path = made(ground);
  {
    using store = ground.open();
    store.database.script("PRAGMA application_id = 7");
  }
  assertRefused(ground, "foreign", path);
});

Deno.test("openStore() refuses a torn database and leaves it as it is", () => {
  using ground = new StoreGround();
  const path = made(ground);
  Deno.truncateSync(path, 5000);
  const { message } = assertRefused(ground, "damaged", path);
  assert.equal(message, `Cannot use "${path}": the file is damaged`);
});

Deno.test("openStore() refuses a directory in the place of the file", () => {
  using ground = new StoreGround();
  Deno.mkdirSync(`${ground.home}/sessions.db`, { recursive: true });
  assert.equal(refusal(ground).trouble, "foreign");
});

Deno.test("openStore() says that a state directory cannot be made", () => {
  using ground = new StoreGround();
  Deno.writeTextFileSync(ground.home, "a file");
  const { trouble, exitCode, message } = refusal(ground);
  assert.deepEqual([trouble, exitCode], ["unwritable", 78]);
  const state = "the file or its directory cannot be written to";
  assert.equal(message, `Cannot write to "${ground.home}/sessions.db": ${state}`);
});

/** Root writes to everything. */
const canWriteAnyway = Deno.build.os === "windows" || Deno.uid() === 0;

Deno.test(
  "openStore() refuses a directory and a file without write permission",
  { ignore: canWriteAnyway },
  () => {
    using ground = new StoreGround();
    const path = made(ground);
    for (const [what, closed, open] of [[ground.home, 0o500, 0o700], [path, 0o400, 0o600]] as const) {
      Deno.chmodSync(what, closed);
      assertRefused(ground, "unwritable", path);
      Deno.chmodSync(what, open);
    }
  },
);

Deno.test("openStore() leaves nothing beside the file when it makes one", () => {
  using ground = new StoreGround();
  made(ground);
  assert.deepEqual([...Deno.readDirSync(ground.home)].map(({ name }) => name), ["sessions.db"]);
});

Deno.test("openStore() tells a full disk from one that cannot be written to", {
  ignore: !SmallDisk.isToBeHad(), // it takes root to mount one
}, () => {
  using dir = new TempDir();
  using disk = new SmallDisk(dir.path, 1024);
  openStore(disk.path, { clock: systemClock })[Symbol.dispose]();
  disk.fill();
  const isFull = (error: unknown) =>
    error instanceof StoreError && error.trouble === "full" && error.exitCode === 75;
  assert.throws(() => {
    using store = openStore(disk.path, { clock: systemClock });
    beginIn(store);
  }, isFull);
  assert.deepEqual([...Deno.readDirSync(disk.path)].map(({ name }) => name).filter(isDraft), []);
  disk.free();
  openStore(disk.path, { clock: systemClock })[Symbol.dispose]();
});

function isDraft(name: string): boolean {
  return name.endsWith(".tmp");
}
