import { SESSION_ID } from "../../support/ids.ts";
import type { TaskStatus } from "../../protocol/task_state.ts";
import type { ListReply, SlotsView, TaskView } from "../../protocol/task_view.ts";
import { HostGone } from "../../session/control/client.ts";
import { HostSilent } from "../../session/control/host_silent.ts";
import type { HostRow } from "../../store/store.ts";
import { UserError } from "../../support/errors.ts";
import { EXIT } from "../exit_codes.ts";
import { type Io, takesAnsi } from "../io.ts";
import { jsonLine } from "../render/json.ts";
import { renderSlots, renderTasks } from "../render/list.ts";
import { type Reach, replyOf, STORED } from "./reach.ts";
import { isFinalStatus } from "./settled.ts";
import { withReach } from "./with_reach.ts";

/** The options of `hermes list`. */
export interface ListCommandOptions {
  readonly all?: true | undefined;
  readonly status?: TaskStatus | undefined;
  readonly session?: string | undefined;
  readonly json?: true | undefined;
}

/** The slots of one process that runs tasks. */
interface HostSlots {
  readonly host_id: string;
  readonly kind: HostRow["kind"];
  readonly pid: number;
  readonly session_id: string;
  readonly slots: SlotsView;
}

/** Lists the tasks of all sessions, live ones first, and the slots of each host; returns the exit code. */
export function runList(io: Io, options: ListCommandOptions): Promise<number> {
  return withReach(io, async (reach) => {
    const { session } = options;
    if (session !== undefined && !SESSION_ID.test(session)) throw unknownSession(session);
    if (session !== undefined && reach.store.session(session) === undefined) throw unknownSession(session);
    const live = await liveTasks(reach, options);
    const told = onceEach(live.tasks);
    const stored = await storedTasks(reach, options, live.hosts);
    const asked = told.filter(({ status }) => options.status === undefined || status === options.status);
    const tasks = inOrder([...asked, ...without(stored, told)]);
    const slots = live.hosts.map((host) => host.slots).reduce(sum, NO_SLOTS);
    if (options.json === true) {
      io.stdout.write(jsonLine({ tasks, slots, hosts: live.hosts }, io.stdout));
      return EXIT.done;
    }
    const style = { columns: io.stdout.columns, color: takesAnsi(io.stdout, io.env) };
    const lines = live.hosts.map((host) =>
      `${host.kind} ${host.session_id} (pid ${host.pid}) ${renderSlots(host.slots)}\n`
    );
    io.stdout.write(renderTasks(tasks, style) + lines.join(""));
    return EXIT.done;
  });
}

const NO_SLOTS: SlotsView = { running: 0, limit: 0, queued: 0 };

function sum(a: SlotsView, b: SlotsView): SlotsView {
  return { running: a.running + b.running, limit: a.limit + b.limit, queued: a.queued + b.queued };
}

function unknownSession(id: string): UserError {
  return new UserError(`Cannot find session "${id}": there is none of that id`, {
    hint: "hermes sessions list shows them",
    exitCode: EXIT.usage,
  });
}

/**
 * A task that has gone from one process to another may be told by both; it is where it goes on. What a host tells counts
 * before what is stored: the rows of tasks that it took over still name the host that died.
 */
function onceEach(tasks: readonly TaskView[]): readonly TaskView[] {
  const byId = new Map<string, TaskView>();
  for (const task of tasks) {
    const other = byId.get(task.task_id);
    if (other === undefined || other.status === "interrupted") byId.set(task.task_id, task);
  }
  return [...byId.values()];
}

function without(tasks: readonly TaskView[], others: readonly TaskView[]): readonly TaskView[] {
  const ids = new Set(others.map(({ task_id }) => task_id));
  return tasks.filter(({ task_id }) => !ids.has(task_id));
}

/**
 * What the hosts say that can be asked now; one that comes or goes in this moment is looked up in the store. Of any
 * status: what is stored may say another.
 */
async function liveTasks(
  reach: Reach,
  { all, status, session }: ListCommandOptions,
): Promise<{ readonly tasks: readonly TaskView[]; readonly hosts: readonly HostSlots[] }> {
  const args = all === true || status !== undefined ? { all: true } : {};
  const how = { signal: reach.signal, patience: "look" } as const;
  const asked = reach.finder.live().filter(({ sessionId }) => session === undefined || sessionId === session);
  const replies = await Promise.all(asked.map(async (host) => {
    try {
      const client = await reach.finder.connect(host, how);
      const reply = await client.request("call", { tool: "list_tasks", args }, how) as ListReply; // of that tool
      return [{ host, reply }];
    } catch (error) {
      if (error instanceof HostSilent) reach.tellSilence(host, error.state, STORED);
      else if (!(error instanceof HostGone)) throw error;
      return [];
    }
  }));
  const answered = replies.flat();
  return {
    tasks: answered.flatMap(({ reply }) => reply.tasks),
    hosts: answered.map(({ host: { hostId, kind, pid, sessionId }, reply: { slots } }) => ({
      host_id: hostId,
      kind,
      pid,
      session_id: sessionId,
      slots,
    })),
  };
}

async function storedTasks(
  reach: Reach,
  { all, status, session }: ListCommandOptions,
  hosts: readonly HostSlots[],
): Promise<readonly TaskView[]> {
  const answered = new Set(hosts.map(({ host_id }) => host_id));
  const isLooked = all === true || status !== undefined;
  const found = reach.store.tasks.list({
    ...(session === undefined ? {} : { sessionId: session }),
    ...(isLooked ? {} : { isOpen: true as const }),
  }).filter(({ hostId }) => !answered.has(hostId));
  const args = { ...(all === true ? { all } : {}), ...(status === undefined ? {} : { status }) };
  return replyOf<ListReply>(await reach.archive(found).call("list_tasks", args)).tasks;
}

/** Live ones first, then what is still to be delivered. */
function inOrder(tasks: readonly TaskView[]): readonly TaskView[] {
  const rank = ({ status, delivered }: TaskView) => !isFinalStatus(status) ? 0 : delivered ? 2 : 1;
  return tasks.toSorted((a, b) => rank(a) - rank(b));
}
