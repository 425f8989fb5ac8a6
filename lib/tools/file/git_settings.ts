import { join, resolve } from "node:path";
import process from "node:process";
import { homeDirectory } from "../../support/home_directory.ts";
import { gitDirectory } from "./git_directory.ts";
import { absolutePath } from "./paths.ts";
import { readText } from "../../support/read_chunks.ts";

/** What of a repository, and of its user, decides which files git ignores. */
export interface GitSettings {
  /** The files of rules beyond .gitignore, the more important one last. */
  readonly excludeFiles: readonly string[];
  readonly ignoresCase: boolean;
}

/** Reads them for the work tree at `root`, whose .git may be a file that leads elsewhere. */
export async function gitSettings(root: string, signal: AbortSignal): Promise<GitSettings> {
  const git = await commonDirectory(root, signal);
  const home = homeDirectory(process.env);
  const userDirectory = join(process.env["XDG_CONFIG_HOME"] || join(home, ".config"), "git");
  const files = [join(userDirectory, "config"), join(home, ".gitconfig"), join(git, "config")];
  const settings = new Map<string, string>();
  for (const file of files) readCore(await readText(file, signal), settings);
  const excludes = settings.get("excludesfile");
  return {
    excludeFiles: [
      excludes === undefined ? join(userDirectory, "ignore") : absolutePath(root, excludes),
      join(git, "info", "exclude"),
    ],
    ignoresCase: /^(true|yes|on|1|)$/i.test(settings.get("ignorecase") ?? "false"),
  };
}

/** Where what all work trees of the repository share is kept. */
async function commonDirectory(root: string, signal: AbortSignal): Promise<string> {
  const own = await gitDirectory(root, signal) ?? join(root, ".git");
  const common = (await readText(join(own, "commondir"), signal)).trim();
  return common === "" ? own : resolve(own, common);
}

/** The values of the section "core", by their names in small letters. */
function readCore(text: string, settings: Map<string, string>): void {
  let section = "";
  for (const line of text.split("\n")) {
    section = /^\s*\[\s*([^\]]*)\]/.exec(line)?.[1]?.toLowerCase() ?? section;
    const [, name, value = ""] = /^\s*([A-Za-z-]+)\s*=?\s*(.*?)\s*$/.exec(line) ?? [];
    if (section === "core" && name !== undefined) {
      settings.set(name.toLowerCase(), value.replace(/^"(.*)"$/, "$1"));
    }
  }
}
