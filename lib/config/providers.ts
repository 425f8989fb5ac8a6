import type { ProviderConfig } from "./schema.ts";

type BuiltIn = Partial<ProviderConfig> & Pick<ProviderConfig, "base_url" | "key_env">;

/**
 * The providers that need no entry in config.yaml, each with the wire that its own documentation starts with.
 * Sources: the providers' own API references. `offline` gets its address from the session that starts it.
 */
export const BUILT_IN_PROVIDERS: Readonly<Record<string, BuiltIn>> = {
  openai: {
    base_url: "https://api.openai.com/v1",
    key_env: "OPENAI_API_KEY",
    api: "auto",
    output_limit_field: "max_completion_tokens",
  },
  openrouter: { base_url: "https://openrouter.ai/api/v1", key_env: "OPENROUTER_API_KEY" },
  anthropic: { base_url: "https://api.anthropic.com/v1", key_env: "ANTHROPIC_API_KEY", api: "messages" },
  gemini: {
    base_url: "https://generativelanguage.googleapis.com/v1beta/openai",
    key_env: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
  },
  groq: {
    base_url: "https://api.groq.com/openai/v1",
    key_env: "GROQ_API_KEY",
    output_limit_field: "max_completion_tokens",
  },
  deepseek: { base_url: "https://api.deepseek.com/v1", key_env: "DEEPSEEK_API_KEY" },
  xai: {
    base_url: "https://api.x.ai/v1",
    key_env: "XAI_API_KEY",
    output_limit_field: "max_completion_tokens",
  },
  mistral: { base_url: "https://api.mistral.ai/v1", key_env: "MISTRAL_API_KEY" },
  together: { base_url: "https://api.together.xyz/v1", key_env: "TOGETHER_API_KEY" },
  local: { base_url: "http://127.0.0.1:11434/v1", key_env: "none" },
  offline: { base_url: null, key_env: "none" },
};
