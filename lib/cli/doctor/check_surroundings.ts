import { NO_SANDBOX } from "../../config/unusable.ts";
import { unavailableToolsets } from "../../tools/toolsets.ts";
import { takesAnsi } from "../io.ts";
import { type Finding, finding, type Patient } from "./finding.ts";

/** What confines the commands of agents. */
export function checkSandbox({ loaded }: Patient): readonly Finding[] {
  const wish = loaded?.config.terminal.sandbox ?? "auto";
  const message = `commands are not confined (terminal.sandbox is ${wish}, and ${NO_SANDBOX}): ` +
    "they can do what you can";
  const hint = "Run hermes in a container or as a user of its own where that is too much";
  return [finding("sandbox", wish === "on" ? "problem" : "warning", message, hint)];
}

/** Whether the web can be searched. */
export function checkSearch({ loaded }: Patient): readonly Finding[] {
  const missing = unavailableToolsets().find(({ toolset }) => toolset === "web");
  if (missing !== undefined) return [finding("search", "warning", `web tools are left out: ${missing.why}`)];
  const provider = loaded?.config.web.search.provider ?? null;
  if (provider !== null) return [finding("search", "ok", `web_search asks ${provider}`)];
  const hint = "Choose a service: hermes config set web.search.provider NAME";
  return [finding("search", "warning", "web_search is left out: no search service is configured", hint)];
}

/** What the terminal can show, and how commands are completed in it. */
export function checkTerminal({ io: { env, stdout } }: Patient): readonly Finding[] {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  const shell = /(bash|zsh|fish)$/.exec(env.SHELL ?? "")?.[1] ?? "bash";
  const size = stdout.isTerminal ? `${stdout.columns ?? "?"} columns, ` : "output is no terminal, ";
  const colour = takesAnsi(stdout, env) ? "colour" : "no colour";
  const found = finding(
    "terminal",
    "ok",
    `${size}${colour}; to complete commands: hermes completions ${shell}`,
  );
  if (!stdout.isTerminal || /utf-?8/i.test(locale)) return [found];
  const hint = "export LC_ALL=C.UTF-8";
  return [
    found,
    finding("terminal", "warning", `the locale "${locale}" is not UTF-8: text may look broken`, hint),
  ];
}
