import * as z from "zod/mini";
import type { ToolSchema } from "../protocol/conversation.ts";
import type { Tool } from "./tool.ts";

/** What a model is told of a tool, without what only costs tokens. */
export function toolSchema(tool: Pick<Tool<unknown>, "name" | "description" | "parameters">): ToolSchema {
  const { $schema: _, ...parameters } = z.toJSONSchema(tool.parameters, { io: "input", override: dropNoise });
  return { name: tool.name, description: tool.description, parameters };
}

/** An integer that JSON can carry is in the safe range anyway. */
function dropNoise({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}
