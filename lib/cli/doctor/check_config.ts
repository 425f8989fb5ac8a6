import { inspectConfig } from "../../config/inspect.ts";
import { type Finding, finding, type Patient } from "./finding.ts";

/** Whether config.yaml, .env and the stored keys can be read, and what of them is not heeded. */
export function checkConfig({ home, io, inspection }: Patient): readonly Finding[] {
  const { errors, warnings, unusable, exists, path } = inspection ?? inspectConfig(home, io.env); // throws again, saying why
  const found = [
    ...[...errors, ...unusable].map(({ text }) =>
      finding("config", "problem", text, `Mend it in ${path}, then: hermes config check`)
    ),
    ...warnings.map(({ text }) => finding("config", "warning", text)),
  ];
  if (found.length > 0) return found;
  return [finding("config", "ok", exists ? path : `${path} does not exist, the defaults hold`)];
}
