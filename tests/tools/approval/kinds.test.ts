import assert from "node:assert/strict";
import { commandRisks } from "../../../lib/tools/approval/command_risks.ts";
import type { Facts } from "../../../lib/tools/approval/facts.ts";
import { ASKED, GONE } from "./kinds.ts";
import { NO_FACTS } from "./no_facts.ts";

const PROJECT = "/home/ann/project";
const OLD = new Set(
  "README.md notes.md data.csv package.json src/main.ts users.db".split(" ").map((name) =>
    `${PROJECT}/${name}`
  ),
);
const TOOLS = new Set(
  "eslint jest tsc prettier vitest".split(" ").map((name) => `${PROJECT}/node_modules/.bin/${name}`),
);
const FACTS: Facts = {
  ...NO_FACTS,
  isOld: (path) => OLD.has(path),
  isThere: (path) => OLD.has(path) || TOOLS.has(path),
};
const GROUND = {
  home: "/home/ann",
  hermesHome: "/home/ann/.hermes",
  cwd: PROJECT,
  secretPaths: ".env run config.yaml sessions.db".split(" ").map((name) => `/home/ann/.hermes/${name}`),
  allow: [],
  asksAlways: false,
  facts: FACTS,
};

for (const [kind, commands] of Object.entries(ASKED)) {
  Deno.test(`commandRisks() asks about ${kind}`, () => {
    assert.deepEqual(commands.filter((command) => commandRisks(command, GROUND).length === 0), []);
  });
}

Deno.test("commandRisks() lets what people do all day pass", () => {
  const asked = GONE.map((command) => [command, commandRisks(command, GROUND)] as const);
  assert.deepEqual(asked.filter(([, risks]) => risks.length > 0), []);
});
