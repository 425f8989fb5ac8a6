import assert from "node:assert/strict";
import { runCli } from "../support/run_cli.ts";
import { TempDir } from "../support/temp_dir.ts";

/** What is said of a file for an option, under --json; no task was started. */
async function refusal(dir: TempDir, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(
    ["delegate", "--offline", "-Q", "--json", "say: hi", ...args],
    {
      env: { HERMES_HOME: dir.at("state") },
      cwd: dir.path,
    },
  );
  const { error } = JSON.parse(stdout);
  assert.deepEqual([code, error.code, stderr], [2, "invalid_arguments", `hermes: ${error.message}\n`]);
  assert.ok(!("results" in JSON.parse(stdout)));
  return error.message;
}

for (const option of ["--context-file", "--schema"]) {
  Deno.test(`delegate says in words why a file for ${option} cannot be read`, async () => {
    using dir = new TempDir();
    Deno.mkdirSync(dir.at("folder"));
    Deno.writeTextFileSync(dir.at("file"), "{}");
    const said = (file: string, state: string) => `Cannot read "${file}" for ${option}: ${state}`;
    assert.equal(await refusal(dir, [option, "absent"]), said("absent", "there is no such file"));
    assert.equal(await refusal(dir, [option, "folder"]), said("folder", "it is a directory"));
    assert.equal(await refusal(dir, [option, "file/x"]), said("file/x", "a part of the path is a file"));
    const long = "x".repeat(300);
    assert.equal(await refusal(dir, [option, long]), said(long, "the name is too long"));
  });
}

const TOO_LONG = "it is longer than 4000000 characters";

for (const option of ["--context-file", "--schema"]) {
  Deno.test({
    name: `delegate takes no more for ${option} than any model does, wherever it comes from`,
    ignore: Deno.build.os === "windows",
    async fn() {
      using dir = new TempDir();
      Deno.writeTextFileSync(dir.at("long"), "x".repeat(4_000_001));
      for (const file of ["long", "/dev/zero"]) {
        assert.equal(
          await refusal(dir, [option, file]),
          `Cannot use "${file}" for ${option}: ${TOO_LONG}`,
        );
      }
    },
  });
}

Deno.test("delegate takes no more from standard input than any model does", async () => {
  using dir = new TempDir();
  const stdin = "x".repeat(4_000_001);
  for (
    const [args, use] of [[["-"], "the goal"], [["say: hi", "--context-file", "-"], "the context"]] as const
  ) {
    const { code, stderr } = await runCli(["delegate", "--offline", "-Q", ...args], {
      env: { HERMES_HOME: dir.at("state") },
      cwd: dir.path,
      stdin,
    });
    const hint = "Put it into a file, and name that in the text";
    assert.deepEqual([code, stderr], [
      2,
      `hermes: Cannot take standard input as ${use}: ${TOO_LONG}\n${hint}\n`,
    ]);
  }
});

/** [file content, what is said of it] */
const SCHEMAS: readonly (readonly [string, RegExp])[] = [
  ["", /it holds no JSON \(/],
  ['{"type": ', /it holds no JSON \(/],
  ["[1]", /it holds no JSON object$/],
  ["null", /it holds no JSON object$/],
  ['{"type": "objekt"}', /it is no JSON Schema \(#\/type: Instance does not match any of \["string",/],
  ['{"properties": {"a": {"pattern": "("}}}', /it is no JSON Schema \(#\/properties\/a\/pattern: /],
  [
    '{"properties": {"a": {"$ref": "#/$defs/b"}}}',
    /it is no JSON Schema \(#\/properties\/a: there is nothing at #\/\$defs\/b\)$/,
  ],
];

for (const [content, said] of SCHEMAS) {
  Deno.test(`delegate refuses ${JSON.stringify(content)} for --schema, naming what is wrong`, async () => {
    using dir = new TempDir();
    Deno.writeTextFileSync(dir.at("schema.json"), content);
    const message = await refusal(dir, ["--schema", "schema.json"]);
    assert.match(message, /^Cannot use "schema.json" for --schema: /);
    assert.match(message, said);
  });
}
