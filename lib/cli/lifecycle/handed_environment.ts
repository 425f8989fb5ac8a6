import type { HandedEnvironment } from "../../session/host_commands.ts";
import { scrubEnvironment } from "../../tools/terminal/scrub_environment.ts";
import { resolve } from "node:path";
import { CA_VARIABLE } from "../../support/transport.ts";
import type { Io } from "../io.ts";
import type { Reach } from "./reach.ts";

/** The environment of this command, as the detached host gets it for its tasks. */
export function handedEnvironment(io: Io, { loaded }: Reach): HandedEnvironment {
  const whole = { ...io.env, ...absoluteAuthorities(io) };
  const env = scrubEnvironment(whole, loaded.secrets.known);
  const rest = Object.entries(whole).filter((entry): entry is [string, string] =>
    entry[1] !== undefined && !Object.hasOwn(env, entry[0])
  );
  return { env, secrets: Object.fromEntries(rest) };
}

/** The host works elsewhere. */
function absoluteAuthorities({ env, cwd }: Io): Record<string, string> {
  const file = env[CA_VARIABLE];
  return file ? { [CA_VARIABLE]: resolve(cwd(), file) } : {};
}
