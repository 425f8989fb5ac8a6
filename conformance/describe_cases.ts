import { CHAPTERS } from "./cases.ts";

/** What every case demands and why, as Markdown; README.md carries it word for word. */
export function describeCases(): string {
  return Object.entries(CHAPTERS).map(([chapter, cases]) => {
    const lines = cases.map(({ name, demands, because }) => `- **${name}.** ${demands}; ${because}.`);
    return `### ${chapter}\n\n${lines.join("\n")}`;
  }).join("\n\n");
}
