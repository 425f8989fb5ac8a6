const ANY_SCHEMA = { $ref: "#" };
const SCHEMAS = { type: "array", minItems: 1, items: ANY_SCHEMA };
const SCHEMA_MAP = { type: "object", additionalProperties: ANY_SCHEMA };
const TEXT = { type: "string" };
const TEXTS = { type: "array", items: TEXT };
const NUMBER = { type: "number" };
const COUNT = { type: "integer", minimum: 0 };
const FLAG = { type: "boolean" };
const TYPE_NAME = { enum: ["string", "number", "integer", "boolean", "object", "array", "null"] };

/**
 * What every JSON Schema (draft 2020-12) satisfies, in the keywords that results are checked by. The official one is
 * spread over eight documents (https://json-schema.org/draft/2020-12/schema). A keyword that is not named here may be
 * anything, as there.
 */
export const SCHEMA_OF_SCHEMAS = {
  type: ["object", "boolean"],
  properties: {
    $id: TEXT,
    $ref: TEXT,
    $anchor: TEXT,
    $dynamicRef: TEXT,
    $dynamicAnchor: TEXT,
    $defs: SCHEMA_MAP,
    definitions: SCHEMA_MAP,
    type: { type: ["string", "array"], if: TEXT, then: TYPE_NAME, else: { minItems: 1, items: TYPE_NAME } },
    enum: { type: "array" },
    allOf: SCHEMAS,
    anyOf: SCHEMAS,
    oneOf: SCHEMAS,
    not: ANY_SCHEMA,
    if: ANY_SCHEMA,
    then: ANY_SCHEMA,
    else: ANY_SCHEMA,
    properties: SCHEMA_MAP,
    patternProperties: SCHEMA_MAP,
    additionalProperties: ANY_SCHEMA,
    unevaluatedProperties: ANY_SCHEMA,
    propertyNames: ANY_SCHEMA,
    dependentSchemas: SCHEMA_MAP,
    dependentRequired: { type: "object", additionalProperties: TEXTS },
    required: TEXTS,
    minProperties: COUNT,
    maxProperties: COUNT,
    prefixItems: SCHEMAS,
    items: ANY_SCHEMA,
    unevaluatedItems: ANY_SCHEMA,
    contains: ANY_SCHEMA,
    minContains: COUNT,
    maxContains: COUNT,
    minItems: COUNT,
    maxItems: COUNT,
    uniqueItems: FLAG,
    minimum: NUMBER,
    maximum: NUMBER,
    exclusiveMinimum: NUMBER,
    exclusiveMaximum: NUMBER,
    multipleOf: { type: "number", exclusiveMinimum: 0 },
    minLength: COUNT,
    maxLength: COUNT,
    pattern: TEXT,
    format: TEXT,
  },
} as const;
