import { writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Adapter, Setup } from "../adapter.ts";

const BUILT = fileURLToPath(new URL("../../dist/hermes", import.meta.url));

/** The adapter of hermes, for a path to the program or for a whole command with what it needs in the environment. */
export default function hermes(
  program: string | readonly [string, ...string[]] = BUILT,
  env: Readonly<Record<string, string>> = {},
): Adapter {
  const command: readonly [string, ...string[]] = typeof program === "string" ? [program] : program;
  return {
    name: "hermes",
    prepare(setup) {
      writeFileSync(`${setup.state}/config.yaml`, JSON.stringify(config(setup))); // JSON is YAML
      writeFileSync(`${setup.state}/.env`, `CONFORMANCE_KEY=${setup.apiKey}\n`);
      return {
        command: [...command, ...argumentsOf(setup)],
        env: {
          PATH: process.env["PATH"] ?? "/usr/bin:/bin",
          HOME: setup.state,
          HERMES_HOME: setup.state,
          LANG: "C.UTF-8",
          ...env,
        },
      };
    },
  };
}

function argumentsOf({ start }: Setup): readonly string[] {
  return "prompt" in start ? ["chat", "-q", start.prompt] : ["delegate", ...start.goals];
}

function config({ baseUrl, slots, queue, depth, noticeChars }: Setup): object {
  return {
    model: { provider: "scripted", default: "scripted-model" },
    providers: { scripted: { base_url: baseUrl, key_env: "CONFORMANCE_KEY" } },
    delegation: {
      max_concurrent_children: slots,
      max_queued: queue,
      max_spawn_depth: depth,
      notice_chars: noticeChars,
    },
  };
}
