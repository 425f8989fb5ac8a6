import { createHash } from "node:crypto";
import type { Endpoint } from "../config/endpoint.ts";

/** One key of a provider, or the absence of one. */
export interface Credential {
  readonly key: string | null;
  /** How it is named to people: the variable or the label that it came from. */
  readonly name: string | null;
  /** Scheme, host and port that it belongs to. */
  readonly origin: string;
  /** Tells keys apart without showing them. */
  readonly fingerprint: string;
}

/** Stands for the fingerprint where no key is needed. */
export const NO_KEY = "none";

/** The keys of an endpoint in the order of config; one credential without a key where none is needed. */
export function credentialsOf({ baseUrl, keys, keyNames }: Endpoint): readonly Credential[] {
  const { origin } = new URL(baseUrl);
  if (keys.length === 0) return [{ key: null, name: null, origin, fingerprint: NO_KEY }];
  return keys.map((key, index) => ({
    key,
    name: keyNames[index] ?? null,
    origin,
    fingerprint: fingerprintOf(key),
  }));
}

/** By what a key is known at its origin; its lanes have the model behind it. */
export function idOf({ origin, fingerprint }: Credential): string {
  return `${origin} ${fingerprint}`;
}

/** Twelve hexadecimal digits of the key's SHA-256, by which it is named in files and lists. */
export function fingerprintOf(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 12);
}
