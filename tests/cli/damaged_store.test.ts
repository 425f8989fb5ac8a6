import assert from "node:assert/strict";
import { runCli } from "../support/run_cli.ts";
import { StoredHome } from "../support/stored_home.ts";

/** A state directory with a session of each kind and a task that is over, closed; and what looks at it. */
function storedHome(damage: (home: StoredHome) => void) {
  const home = new StoredHome();
  const session = home.session("talk");
  home.session("more", { kind: "delegate" });
  const taskId = home.task(session, [{ type: "started", at: 2 }, { type: "host_died", at: 3 }]);
  damage(home);
  home.store.database.script("PRAGMA wal_checkpoint(TRUNCATE)");
  home.store[Symbol.dispose]();
  const looks = [
    ["list", "--all"],
    ["sessions", "list"],
    ["sessions", "show", session.sessionId],
    ["sessions", "export", session.sessionId],
    ["check", taskId],
  ];
  return { home, looks };
}

const PATH = "sessions.db";

/** What a changed letter on a disk makes of a row. */
const DAMAGE: readonly string[] = [
  `UPDATE sessions SET model = '{"provider": "off'`,
  `UPDATE tasks SET body = substr(body, 1, 40)`,
  `UPDATE tasks SET body = replace(body, '"spec"', '"spac"')`,
  `UPDATE tasks SET body = replace(body, '"lines"', '"l1nes"')`,
  `UPDATE tasks SET body = replace(body, '"version":1', '"version":3')`,
  `UPDATE tasks SET body = replace(body, '"costUsd"', '"cosdUsd"')`,
  `UPDATE tasks SET body = replace(body, '"tool_calls"', '"tool_balls"')`,
  `UPDATE tasks SET body = 'null'`,
  `UPDATE messages SET body = replace(body, '"', '!')`,
];

for (const sql of DAMAGE) {
  Deno.test(`a look at what is stored ends with 78 and the way out after ${sql}`, async () => {
    const { home, looks } = storedHome(({ store }) => {
      const rows = store.database.run(sql);
      assert.ok(rows > 0);
    });
    using _dir = home.dir;
    const before = Deno.readFileSync(home.dir.at(PATH));
    const codes: number[] = [];
    for (const look of looks) {
      const { code, stderr } = await runCli(look, { env: home.env });
      codes.push(code);
      if (code === 78) assert.match(stderr, /^hermes: Cannot .*\n.*(move it away|sessions\.db away)/i);
      else assert.deepEqual([code, stderr], [0, ""], look.join(" "));
    }
    assert.ok(codes.includes(78));
    assert.deepEqual(Deno.readFileSync(home.dir.at(PATH)), before, "nothing was changed");
  });
}

Deno.test("a look at what is stored ends with 0 or 78, whichever page of the file is damaged", async () => {
  const { home, looks } = storedHome(() => {});
  using _dir = home.dir;
  const sound = Deno.readFileSync(home.dir.at(PATH));
  const ended = new Set<number>();
  for (let page = 1; page * 4096 < sound.length; page++) {
    for (const look of looks.slice(0, 3)) {
      const bytes = sound.slice().fill(0xa5, page * 4096, (page + 1) * 4096);
      for (const beside of ["", "-wal", "-shm"]) {
        if (beside === "") Deno.writeFileSync(home.dir.at(PATH), bytes);
        else await Deno.remove(home.dir.at(PATH + beside)).catch(() => {});
      }
      const { code, stderr } = await runCli(look, { env: home.env });
      assert.ok(code === 0 || code === 78, `page ${page}, ${look}: ${code} ${stderr}`);
      ended.add(code);
    }
  }
  assert.deepEqual([...ended].sort(), [0, 78]);
});

for (const [table, column] of [["sessions", "model"], ["tasks", "body"], ["messages", "body"]] as const) {
  Deno.test(`doctor finds damaged rows in ${table} in a file that SQLite finds sound`, async () => {
    const { home } = storedHome(({ store }) => {
      store.database.run(`UPDATE ${table} SET ${column} = '{"' WHERE rowid = 1`);
    });
    using _dir = home.dir;
    const { code, stdout } = await runCli(["doctor", "--json"], { env: home.env });
    assert.equal(code, 1);
    const { findings } = JSON.parse(stdout);
    const said = findings.filter(({ check }: { check: string }) => check === "store");
    assert.match(JSON.stringify(said), new RegExp(`1 damaged row in ${table}`));
  });
}
