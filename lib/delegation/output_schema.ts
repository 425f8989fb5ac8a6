import { ToolFailure } from "../support/errors.ts";
import type { TaskRequest } from "../tools/delegation/task_arguments.ts";

/** Why `schema` is no JSON Schema (draft 2020-12) that can be checked against, and where; null when it is one. */
export async function schemaProblem(schema: unknown): Promise<string | null> {
  const { problemOf } = await loadJsonSchema();
  return problemOf(schema);
}

/** What of `value` does not satisfy `schema`: `#/items/0: …`, the innermost faults only. */
export async function schemaFaults(
  schema: Readonly<Record<string, unknown>>,
  value: unknown,
): Promise<readonly string[]> {
  const { faultsIn } = await loadJsonSchema();
  return faultsIn(schema, value);
}

/** Rejects with {@linkcode ToolFailure} when one of the requests has an output schema that cannot be checked against. */
export async function assertSchemas(requests: readonly TaskRequest[]): Promise<void> {
  for (const { output_schema } of requests) {
    const problem = output_schema === undefined ? null : await schemaProblem(output_schema);
    if (problem === null) continue;
    throw new ToolFailure("invalid_arguments", `Cannot use output_schema: it is no JSON Schema (${problem})`);
  }
}

/** Loaded on use: most runs have no schema. */
async function loadJsonSchema(): Promise<typeof import("./schema/json_schema.ts")> {
  return await import("./schema/json_schema.ts");
}
