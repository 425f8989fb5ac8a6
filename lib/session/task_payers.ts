import type { Config } from "../config/schema.ts";
import type { TaskSpec } from "../delegation/task_spec.ts";
import type { Payer } from "../provider/provider.ts";
import { allowanceOf, paidBy } from "../store/request_rows.ts";
import type { SessionStore, Store } from "../store/store.ts";

/**
 * Finds who pays for a task beside this process's own session: its command, or where the task is from another session,
 * what that was allowed when it was last open. What these have paid before counts, in whichever process it was.
 */
export function taskPayers(
  { database }: Pick<Store, "database">,
  { sessionId }: Pick<SessionStore, "sessionId">,
  { budget }: Config,
): (spec: TaskSpec) => Payer | null {
  return (spec) => {
    const payer = spec.command ?? (spec.sessionId === sessionId ? null : sessionPayer(spec.sessionId));
    return payer === null ? null : { ...payer, used: paidBy(database, payer.id) };
  };

  function sessionPayer(from: string): Payer {
    const allowance = allowanceOf(database, from);
    return allowance === undefined
      ? { id: from, caps: budget.session }
      : { id: allowance.payer, caps: allowance.caps };
  }
}
