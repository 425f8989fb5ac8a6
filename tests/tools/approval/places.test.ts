import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { AgentFiles } from "../../../lib/tools/approval/agent_files.ts";
import { createJudge } from "../../../lib/tools/approval/judge.ts";
import { DECIDES } from "../../../lib/tools/approval/risk.ts";
import { TempDir } from "../../support/temp_dir.ts";
import { ELSEWHERE, PLACES } from "./places.ts";

/** A project beside a home and a state directory, with links to both in it, and what is said of commands there. */
function project() {
  const dir = new TempDir();
  for (const name of ["home/.ssh", "home/proj", "hh/run", "w/src", "w/sub", "w/.git/hooks"]) {
    mkdirSync(dir.at(name), { recursive: true });
  }
  const files =
    "home/.bashrc home/.netrc home/.ssh/id_rsa hh/config.yaml hh/.env hh/sessions.db w/src/a.ts w/f w/sub/.bashrc w/.git/config";
  for (const name of files.split(" ")) writeFileSync(dir.at(name), "x");
  const links = {
    dotenv: "hh/.env",
    lhome: "home",
    "linkto.bashrc": "home/.bashrc",
    dangling: "home/.zlogin",
    lhh: "hh",
    sshl: "home/.ssh",
  };
  for (const [name, target] of Object.entries(links)) symlinkSync(dir.at(target), dir.at(`w/${name}`));
  return {
    of(command: string) {
      const judge = createJudge({ mode: "dangerous", allow: [], timeout: 0, children: "ask" }, {
        home: dir.at("home"),
        hermesHome: dir.at("hh"),
        secretPaths: [".env", "run", "config.yaml", "sessions.db"].map((name) => dir.at(`hh/${name}`)),
        files: new AgentFiles(Date.now() - 60_000),
      });
      return judge({ type: "command", command, cwd: dir.at("w") });
    },
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}

for (const [kind, commands] of Object.entries(PLACES)) {
  Deno.test(`createJudge() asks about what ${kind}`, async () => {
    using place = project();
    const passed: string[] = [];
    for (const command of commands) if ((await place.of(command)).length === 0) passed.push(command);
    assert.deepEqual(passed, []);
  });
}

Deno.test("createJudge() lets the same programs go where no such place is meant", async () => {
  using place = project();
  const asked: (readonly [string, readonly string[]])[] = [];
  for (const command of ELSEWHERE) {
    const risks = await place.of(command);
    if (risks.length > 0) asked.push([command, risks]);
  }
  assert.deepEqual(asked, []);
});

Deno.test("createJudge() never allows writing what decides about agents, by whatever name", async () => {
  using place = project();
  const commands = [
    "echo x >> ../h?/config.yaml",
    "for f in ../h*/conf*; do echo x >> $f; done",
    "ln -s .. l; echo x >> l/hh/config.yaml",
    "echo x >> lhh/config.yaml",
    "echo id > dotenv",
    "cp f dotenv",
    'sed -n "w ../hh/.env" f',
  ];
  for (const command of commands) assert.ok((await place.of(command)).includes(DECIDES), command);
});

Deno.test("createJudge() judges by what a home is named, though it is a link, and asks where more is named than is looked up", async () => {
  using dir = new TempDir();
  mkdirSync(dir.at("real"));
  mkdirSync(dir.at("w"));
  symlinkSync(dir.at("real"), dir.at("home"));
  symlinkSync(dir.at("real/.netrc"), dir.at("w/x"));
  const judge = createJudge({ mode: "dangerous", allow: [], timeout: 0, children: "ask" }, {
    home: dir.at("home"),
    hermesHome: dir.at("hh"),
    secretPaths: [dir.at("hh/.env")],
    files: new AgentFiles(Date.now() - 60_000),
  });
  const of = (command: string) => judge({ type: "command", command, cwd: dir.at("w") });
  assert.deepEqual(await of("cat x"), ["touches files that hold keys"]);
  assert.deepEqual(await of("cat y"), []);
  const many = Array.from({ length: 1500 }, (_, index) => `f${index}`).join(" ");
  assert.deepEqual(await of(`cat ${many} x`), ["cannot be read: it names more files than are looked up"]);
});
