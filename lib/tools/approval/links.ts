import { dirname } from "node:path";
import { Arguments } from "./arguments.ts";
import { baseName, type Invocation } from "./invocation.ts";
import { absolute } from "./path_risks.ts";

/** How many links that lead to links are followed. */
const MAX_STEPS = 8;

/** The names that a command line itself gives to what is there: by links, and by moving it. */
export class Links {
  readonly #targets = new Map<string, string>();

  /** Keeps what `ln` and `mv` do. */
  madeBy(invocation: Invocation): void {
    const { name, dirs } = invocation;
    if (name !== "ln" && name !== "mv" && name !== "link" && name !== "cp") return;
    const args = new Arguments(invocation);
    const isLink = name === "ln" || name === "link" || args.has("s") || args.hasLong("symbolic-link", "link");
    if (name === "cp" && !isLink) return;
    const into = args.valueOf("-t", "--target-directory");
    const words = args.operands.filter((word) => word !== into);
    const sources = into === undefined && words.length > 1 ? words.slice(0, -1) : words;
    const target = into ?? (words.length > 1 ? words.at(-1) ?? "." : ".");
    for (const dir of dirs) {
      for (const source of sources) {
        const inside = absolute(`${target}/${baseName(source)}`, dir);
        const itself = absolute(target, dir);
        if (/(^|\/)\.{0,2}$/.test(source)) {
          this.#targets.set(itself, absolute(source, isLink ? dirname(itself) : dir));
          continue;
        }
        const isDirectory = into !== undefined || sources.length > 1 || /(^|\/)\.{0,2}$/.test(target);
        for (const path of isDirectory ? [inside] : [itself, inside]) {
          const meant = absolute(source, isLink ? dirname(path) : dir);
          if (meant !== path) this.#targets.set(path, meant);
        }
      }
    }
  }

  /** What an absolute path means with them, as the system follows it: name by name. Null: the same. */
  follow(path: string): string | null {
    if (this.#targets.size === 0) return null;
    let followed = path;
    for (let step = 0; step < MAX_STEPS; step++) {
      const next = this.#followOnce(followed);
      if (next === followed) break;
      followed = next;
    }
    return followed === path ? null : followed;
  }

  #followOnce(path: string): string {
    let at = "";
    for (const name of path.split("/")) {
      if (name === "" || name === ".") continue;
      at = name === ".." ? dirname(at || "/").replace(/^\/$/, "") : `${at}/${name}`;
      at = this.#targets.get(at) ?? at;
    }
    return at || "/";
  }
}
