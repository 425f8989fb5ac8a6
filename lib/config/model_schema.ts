import * as z from "zod/mini";
import { amount, count, key, required } from "./schema_types.ts";
import { flag, optionalAmount, optionalCount, optionalText } from "./schema_values.ts";

const rate = {
  input: required(amount(), "USD per million tokens sent"),
  cached: key(
    optionalAmount,
    null,
    "USD per million tokens read from the provider's cache; null: as input",
  ),
  cache_write: key(
    optionalAmount,
    null,
    "USD per million tokens written into that cache; null: as input",
  ),
  output: required(amount(), "USD per million tokens received"),
};

const price = z.object({
  ...rate,
  long: key(
    z.nullable(
      z.object({ above: required(count(1), "More tokens sent than this make a request long"), ...rate }),
    ),
    null,
    "What a long request costs, all of it; null: the same",
  ),
});

/** What is known of one model, of `models`. */
export const modelSchema = z.object({
  context_window: key(
    optionalCount,
    null,
    "Tokens that fit into one request with its answer; null: as hermes knows it",
  ),
  max_output_tokens: key(optionalCount, null, "Limit sent with each request; null: none is sent"),
  reasoning_effort: key(optionalText, null, "Effort sent with each request; null: none is sent"),
  vision: key(z.nullable(flag), null, "It takes pictures; null: as hermes knows it"),
  price: key(z.nullable(price), null, "What it costs; null: as hermes models --prices says, if it does"),
});
