import { homedir } from "node:os";

/**
 * The user's home directory. `/` where neither HOME nor the list of users knows one, as containers have it that run as
 * a number.
 */
export function homeDirectory(env: Readonly<Record<string, string | undefined>>): string {
  if (env.HOME) return env.HOME;
  try {
    return homedir() || "/";
  } catch {
    return "/";
  }
}
