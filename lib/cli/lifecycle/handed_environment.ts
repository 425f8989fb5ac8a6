import type { HandedEnvironment } from "../../session/host_commands.ts";
import { scrubEnvironment } from "../../tools/terminal/scrub_environment.ts";
import type { Io } from "../io.ts";
import type { Reach } from "./reach.ts";

/** The environment of this command, as the detached host gets it for its tasks. */
export function handedEnvironment(io: Io, { loaded }: Reach): HandedEnvironment {
  const env = scrubEnvironment(io.env, loaded.secrets.known);
  const rest = Object.entries(io.env).filter((entry): entry is [string, string] =>
    entry[1] !== undefined && !Object.hasOwn(env, entry[0])
  );
  return { env, secrets: Object.fromEntries(rest) };
}
