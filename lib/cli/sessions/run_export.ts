import { writeAtomically } from "../../config/write.ts";
import { createRedactor } from "../../support/redact.ts";
import { EXIT } from "../exit_codes.ts";
import { fromHere } from "../from_here.ts";
import type { Io } from "../io.ts";
import { knownSecretsOf } from "../known_secrets.ts";
import { jsonLine } from "../render/json.ts";
import { exportDocument } from "./export_document.ts";
import { exportMarkdown } from "./export_markdown.ts";
import { findStored, openSessions, unknownId } from "./open_sessions.ts";

/** The options of `hermes sessions export`. */
export interface ExportOptions {
  readonly format: "json" | "markdown";
  /** Where to; absent or `-`: standard output. */
  readonly output?: string | undefined;
}

/** Writes all that is kept of a session or a task, without secrets; returns the exit code. A file is its owner's only. */
export function exportSession(io: Io, id: string, { format, output = "-" }: ExportOptions): number {
  using store = openSessions(io);
  if (store === null) throw unknownId(store, id);
  const redactor = createRedactor(knownSecretsOf(io.env));
  const document = redactor.value(exportDocument(store, findStored(store, id)));
  const isShown = output === "-";
  const place = { isTerminal: isShown && io.stdout.isTerminal };
  const text = format === "json" ? jsonLine(document, place, 2) : exportMarkdown(document);
  if (isShown) io.stdout.write(text);
  else writeAtomically(fromHere(io, output), text);
  return EXIT.done;
}
