import { createRedactor, type KnownSecret } from "../support/redact.ts";
import { hideUrlSecrets } from "../support/url_secrets.ts";
import { SECRET_MAPS } from "./config_secrets.ts";
import { isMap } from "./schema_keys.ts";
import type { LoadedConfig } from "./load.ts";
import { toYaml } from "./yaml_file.ts";

/** Stands where a secret was. */
const REDACTED = "***";

/** The effective configuration as YAML, defaults and built-ins included, without any secret. */
export function showConfig(loaded: LoadedConfig): string {
  return toYaml(withoutSecrets(loaded.config, loaded.secrets.known));
}

/** A value of the configuration as text: a scalar as it is, anything else as YAML. */
export function showValue(value: unknown): string {
  return typeof value === "string" ? value : toYaml(value);
}

/** A part of the configuration with every secret in it replaced; the whole, so that each key still shows what it is. */
export function withoutSecrets(value: unknown, secrets: readonly KnownSecret[]): unknown {
  const redactor = createRedactor(secrets, { marker: () => REDACTED });
  return shown(value, (text) => redactor.text(hideUrlSecrets(text, REDACTED)));
}

function shown(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === "string") return hide(value);
  if (Array.isArray(value)) return value.map((item) => shown(item, hide));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => {
      if (name === "api_key" && entry !== null) return [name, REDACTED];
      if (SECRET_MAPS.includes(name) && isMap(entry)) return [name, redactedValues(entry)];
      return [name, shown(entry, hide)];
    }),
  );
}

function redactedValues(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(map).map((name) => [name, REDACTED]));
}
