import example from "../../config.example.yaml" with { type: "text" };

/** The text of a new config.yaml: every key with its default and what it does. */
export function initConfig(): string {
  return example;
}
