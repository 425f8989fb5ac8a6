import type { EvidenceView } from "../protocol/task_view.ts";
import type { EvidenceItem } from "../protocol/worker_messages.ts";
import type { TreeChanges } from "./work_tree.ts";

/** How many entries of a kind are kept: the first ones. */
const MAX_ENTRIES = 500;

/** What the program itself saw a child do, counted while it happens. */
export class Evidence {
  #requests = 0;
  readonly #toolCalls = new Map<string, number>();
  readonly #files = new Map<string, EvidenceView["files_written"][number]>();
  readonly #commands: EvidenceView["commands"][number][] = [];
  readonly #urls: string[] = [];
  readonly #denied: EvidenceView["denied"][number][] = [];
  #changes: TreeChanges = { paths: null, note: null };

  /** Model requests sent so far. */
  get requests(): number {
    return this.#requests;
  }

  /** A model request was sent. */
  request(): void {
    this.#requests++;
  }

  /** A tool was called. */
  toolCall(name: string): void {
    this.#toolCalls.set(name, (this.#toolCalls.get(name) ?? 0) + 1);
  }

  /** Whether a tool was ever called. */
  hasCalled(name: string): boolean {
    return this.#toolCalls.has(name);
  }

  /** A tool did something; of a file only the last write is kept. */
  add(item: EvidenceItem): void {
    switch (item.kind) {
      case "file":
        return this.#addFile({ path: item.path, bytes: item.bytes, sha256: item.sha256 });
      case "command":
        return keep(this.#commands, { command: item.command, exit_code: item.exitCode });
      case "url":
        return keep(this.#urls, item.url);
      case "denied":
        return keep(this.#denied, { what: item.what, why: item.why });
      default:
        item satisfies never;
    }
  }

  /** What git says has changed. */
  changedFiles({ paths, note }: TreeChanges): void {
    this.#changes = { paths: paths?.slice(0, MAX_ENTRIES) ?? null, note };
  }

  /** Takes over what an earlier run of the task did. */
  restore(view: EvidenceView): void {
    this.#requests = view.requests;
    for (const [name, count] of Object.entries(view.tool_calls)) this.#toolCalls.set(name, count);
    for (const file of view.files_written) this.#files.set(file.path, file);
    this.#commands.push(...view.commands);
    this.#urls.push(...view.urls);
    this.#denied.push(...view.denied);
    this.#changes = { paths: view.files_changed ?? null, note: view.files_changed_note ?? null };
  }

  get view(): EvidenceView {
    const { paths, note } = this.#changes;
    return {
      scope: "tools",
      requests: this.#requests,
      tool_calls: Object.fromEntries(this.#toolCalls),
      files_written: [...this.#files.values()],
      ...(paths === null ? {} : { files_changed: paths }),
      ...(note === null ? {} : { files_changed_note: note }),
      commands: [...this.#commands],
      urls: [...this.#urls],
      denied: [...this.#denied],
    };
  }

  #addFile(file: EvidenceView["files_written"][number]): void {
    if (this.#files.has(file.path) || this.#files.size < MAX_ENTRIES) this.#files.set(file.path, file);
  }
}

function keep<Entry>(entries: Entry[], entry: Entry): void {
  if (entries.length < MAX_ENTRIES) entries.push(entry);
}
