import type { OwnerId } from "../store/delivery.ts";
import type { Ground } from "./ground.ts";
import { writeNotice } from "./notice.ts";
import type { Questions } from "./questions.ts";
import type { TaskRecord } from "./task_record.ts";
import type { TaskTable } from "./task_table.ts";
import type { Waits } from "./waits.ts";

/** Of whom and what agents are told. */
interface MailOptions {
  readonly ground: Pick<Ground, "config" | "ledger" | "emit">;
  readonly table: TaskTable;
  readonly questions: Questions;
  readonly waits: Waits;
}

/** What agents are told between their turns: steers, and notices of their own tasks, each once. */
export class Mail {
  readonly #ground: MailOptions["ground"];
  readonly #table: TaskTable;
  readonly #questions: Questions;
  readonly #waits: Waits;

  constructor({ ground, table, questions, waits }: MailOptions) {
    this.#ground = ground;
    this.#table = table;
    this.#questions = questions;
    this.#waits = waits;
  }

  /** The user messages due before the request of `turn` of this task: steers first, then notices of its own tasks. */
  pullFor(record: TaskRecord, turn: number): readonly string[] {
    const notice = this.takeNotice(record.id);
    return [...this.takeSteers(record, turn, { closing: false }), ...(notice === null ? [] : [notice])];
  }

  /** Takes the steers that are due; they count as delivered at `turn`. */
  takeSteers(record: TaskRecord, turn: number, options: { readonly closing: boolean }): readonly string[] {
    const due = record.steers.take(turn, options);
    this.#waits.messagesRead(record.id);
    for (const { id } of due) this.tellSteered(record, id, turn);
    return due.map(({ message }) => message);
  }

  /** What a child that would end has to hear first: steers, those for its end included, then notices of its own tasks. */
  takeLate(record: TaskRecord, turn: number): readonly string[] {
    const notice = this.takeNotice(record.id);
    return [...this.takeSteers(record, turn, { closing: true }), ...(notice === null ? [] : [notice])];
  }

  /** One message about the tasks of this agent that ended uncollected and the questions it was not told; claims both. */
  takeNotice(owner: OwnerId): string | null {
    const own = this.#table.childrenOf(owner);
    const asked = this.#questions.announce(own.map((record) => record.id));
    const ended = own.filter((record) =>
      record.isFinal && this.#ground.ledger.claim(record.id, owner, "notice")
    );
    return writeNotice(ended, asked, this.#ground.config.delegation.notice_chars);
  }

  /** Whether {@linkcode takeNotice} would have something for this agent. */
  hasNews(owner: OwnerId): boolean {
    return this.#table.childrenOf(owner).some((record) =>
      record.isFinal ? !this.#ground.ledger.isClaimed(record.id) : this.#questions.isNews(record.id)
    );
  }

  /** All that this agent claimed now stands in its conversation. */
  confirm(owner: OwnerId): void {
    for (const { taskId, way } of this.#ground.ledger.confirm(owner)) {
      this.#ground.emit({ type: "task.delivered", by: way }, taskId);
    }
  }

  /** Says that a task has heard a steer. */
  tellSteered(record: TaskRecord, steerId: string, turn: number): void {
    this.#ground.emit({ type: "task.steered", steer_id: steerId, delivered_at_turn: turn }, record.id);
  }
}
