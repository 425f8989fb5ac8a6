import { readCredentials, writeCredentials } from "../config/credentials.ts";
import { hermesHome } from "../config/home.ts";
import { fingerprintOf } from "../provider/credential.ts";
import { fileCredentialState } from "../store/credential_state.ts";
import { UserError } from "../support/errors.ts";
import { EXIT } from "./exit_codes.ts";
import type { Io } from "./io.ts";
import { loadRunConfig } from "./load_config.ts";
import { readGiven } from "./read_given.ts";
import { plainText } from "./render/text.ts";

/** Stores a key for the origin that the provider has now; it is read from stdin or asked for, never an argument. */
export async function addKey(io: Io, provider: string, label: string | undefined): Promise<number> {
  const origin = originOf(io, provider);
  const key = await readKey(io, provider);
  const home = hermesHome(io.env);
  const stored = readCredentials(home);
  const known = stored[provider] ?? [];
  const fingerprint = fingerprintOf(key);
  const name = label ?? `key ${known.length + 1}`;
  if (known.some((each) => each.key === key && each.origin === origin)) {
    throw usage(`Cannot add the key of "${provider}": it is stored already (${fingerprint})`);
  }
  if (known.some((each) => each.label === name)) {
    throw usage(`Cannot add the key of "${provider}": there is one labelled "${name}"`);
  }
  writeCredentials(home, { ...stored, [provider]: [...known, { label: name, key, origin }] });
  io.stdout.write(plainText(`${provider}: added "${name}" (${fingerprint}) for ${origin}\n`));
  return EXIT.done;
}

/** Forgets a stored key by its label or fingerprint. */
export function removeKey(io: Io, provider: string, label: string): number {
  const home = hermesHome(io.env);
  const stored = readCredentials(home);
  const known = stored[provider] ?? [];
  const kept = known.filter((each) => each.label !== label && fingerprintOf(each.key) !== label);
  if (kept.length === known.length) {
    const labels = known.map((each) => `"${each.label}"`).join(", ");
    throw usage(`Cannot remove "${label}" of "${provider}": there is no such stored key`, {
      hint: labels === "" ? "Keys of the environment and .env are removed there" : `Stored: ${labels}`,
    });
  }
  writeCredentials(home, { ...stored, [provider]: kept });
  io.stdout.write(plainText(`${provider}: removed "${label}"\n`));
  return EXIT.done;
}

/** Forgets what servers said of keys, all or those at the origin of one provider. */
export function resetKeys(io: Io, provider: string | undefined): number {
  const prefix = provider === undefined ? "" : `${originOf(io, provider)} `;
  fileCredentialState(hermesHome(io.env)).forget((id) => id.startsWith(prefix));
  io.stdout.write(`${provider ?? "all providers"}: every key is tried again\n`);
  return EXIT.done;
}

function originOf(io: Io, provider: string): string {
  const { providers } = loadRunConfig(io, { quiet: true }).config;
  const known = Object.hasOwn(providers, provider) ? providers[provider] : undefined;
  if (known?.base_url) return new URL(known.base_url).origin;
  if (known !== undefined) throw usage(`Cannot use provider "${provider}": it has no base_url`);
  throw usage(
    `Cannot use provider "${provider}": it is unknown, expected one of ${Object.keys(providers).join(", ")}`,
  );
}

async function readKey(io: Io, provider: string): Promise<string> {
  const text = io.stdin.isTerminal ? await io.askSecret(`Key of ${provider}`) : await readGiven(io, "a key");
  const key = (text ?? "").trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  const state = key === "" ? "none was given" : "it holds characters that no key has";
  throw usage(`Cannot add a key of "${provider}": ${state}`, {
    hint: `Type it when asked, or pipe it: hermes auth add ${provider} < FILE`,
  });
}

function usage(message: string, options: { readonly hint?: string } = {}): UserError {
  return new UserError(message, { ...options, exitCode: EXIT.usage });
}
