import type { ModelRef } from "../protocol/model_ref.ts";
import type { ContextLimits } from "../protocol/worker_messages.ts";
import { modelSettings } from "./models.ts";
import type { Config } from "./schema.ts";

/** What config says of the room that a model has. */
export function contextLimits(config: Config, model: ModelRef): ContextLimits {
  const { context_window, max_output_tokens } = modelSettings(config, model);
  return {
    window: context_window,
    outputLimit: max_output_tokens,
    resultChars: config.terminal.output_chars,
  };
}
