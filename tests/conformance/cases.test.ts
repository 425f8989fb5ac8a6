import assert from "node:assert/strict";
import type { Adapter } from "../../conformance/adapter.ts";
import { CASES } from "../../conformance/cases.ts";
import { describeCases } from "../../conformance/describe_cases.ts";
import { runCase } from "../../conformance/run_case.ts";

Deno.test("CASES have names that can be told apart and typed", () => {
  const names = CASES.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
});

Deno.test("CASES are not met by a program that does nothing", async () => {
  const idle: Adapter = { name: "idle", prepare: () => ({ command: ["true"], env: {} }) };
  const outcomes = await Promise.all(CASES.map((each) => runCase(each, idle, 5)));
  assert.deepEqual(CASES.filter((_, index) => outcomes[index]?.passed !== false).map(({ name }) => name), []);
});

Deno.test("runCase() skips what the program has no way to start", async () => {
  const unable = { name: "unable", prepare: () => null };
  assert.deepEqual(await Promise.all(CASES.map((each) => runCase(each, unable, 5))), CASES.map(() => null));
});

Deno.test("README.md of the suite lists what every case demands and why", () => {
  const readme = Deno.readTextFileSync(new URL("../../conformance/README.md", import.meta.url));
  const list = readme.split("\n## What every case demands, and why\n")[1] ?? "";
  const [words, expected] = [list, describeCases()].map((text) =>
    text.split(/\s+/).filter((word) => word !== "")
  );
  assert.deepEqual(words, expected, "put the output of `run.ts --list` under its last heading");
});
