import type { EndToEnd } from "./end_to_end.ts";

/** The key that the program under test sends; no message may show it. */
export const SCRIPTED_KEY = "sk-scripted-4f1c9a77";

/** Makes an OpenAI-compatible server the only provider of a case, and its key known to the program. */
export function useServer(hermes: EndToEnd, baseUrl: string, config: Record<string, unknown> = {}): void {
  hermes.configure({
    model: { provider: "scripted", default: "scripted-model" },
    providers: { scripted: { base_url: baseUrl, key_env: "SCRIPTED_KEY" } },
    ...config,
  });
  Deno.writeTextFileSync(`${hermes.hermesHome}/.env`, `SCRIPTED_KEY=${SCRIPTED_KEY}\n`);
}
