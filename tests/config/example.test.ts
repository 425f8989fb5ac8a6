import assert from "node:assert/strict";
import { inspectText } from "../../lib/config/inspect.ts";
import { initConfig } from "../../lib/config/init.ts";
import { type ConfigKey, configKeys } from "../../lib/config/schema_keys.ts";
import { parseYaml } from "../../lib/config/yaml_file.ts";

const NO_SECRETS = { get: () => undefined, stored: () => [], known: [] };

/** The example with what is switched off by `#` switched on; prose has a space after the `#`. */
const switchedOn = initConfig().replace(/^( *)#(?! \S)/gm, "$1");

function findings(text: string): string[] {
  const { errors, warnings } = inspectText(text, "config.example.yaml", NO_SECRETS);
  return [...errors, ...warnings].map((each) => each.text);
}

/** All paths at which the schema's path stands in a value; `*` and `[]` are whatever is there. */
function occurrences(
  value: unknown,
  steps: readonly string[],
  at: readonly PropertyKey[] = [],
): PropertyKey[][] {
  const [step, ...rest] = steps;
  if (step === undefined) return [[...at]];
  if (typeof value !== "object" || value === null) return [];
  const names = step === "*" ? Object.keys(value) : step === "[]" ? [...(value as unknown[]).keys()] : [step];
  return names.flatMap((name) => {
    if (!Object.hasOwn(value, name)) return [];
    return occurrences((value as Record<PropertyKey, unknown>)[name], rest, [...at, name]);
  });
}

function stepsOf(key: ConfigKey): string[] {
  return key.path.replaceAll("[]", ".[]").split(".");
}

Deno.test("config.example.yaml loads without a word and says the defaults", () => {
  assert.deepEqual(findings(initConfig()), []);
  assert.deepEqual(
    inspectText(initConfig(), "config.example.yaml", NO_SECRETS).config,
    inspectText("", "config.yaml", NO_SECRETS).config,
  );
});

Deno.test("config.example.yaml loads without a word when all its examples are switched on", () => {
  assert.deepEqual(findings(switchedOn), []);
});

Deno.test("config.example.yaml has every key of the schema, with its doc beside it", () => {
  const file = parseYaml(switchedOn);
  const lines = switchedOn.split("\n");
  const undocumented = configKeys().filter((key) =>
    !occurrences(file.value, stepsOf(key)).some((at) => {
      const line = lines[(file.positionOf(at)?.line ?? 0) - 1] ?? "";
      return line.endsWith(` # ${key.doc}`);
    })
  );
  assert.deepEqual(undocumented.map(({ path }) => path), []);
});
