import { spawnChecked } from "../delegation/delegation_calls.ts";
import type { CallerPlace } from "../delegation/ground.ts";
import { assertSchemas } from "../delegation/output_schema.ts";
import type { TaskRecord } from "../delegation/task_record.ts";
import type { SpawnReply } from "../protocol/task_view.ts";
import { parseToolsets } from "../tools/toolsets.ts";
import type { Handlers, Params, TaskPlace, Visit } from "./control/methods.ts";
import { Moves } from "./control/moves.ts";
import { sessionHandlers } from "./control/session_handlers.ts";
import type { HostCommands } from "./host_commands.ts";
import type { Session } from "./session.ts";

/** How long the turn of a task that is given up may still take. */
const RELEASE_GRACE_MS = 5_000;

/** Answers clients of the detached host, which also takes tasks in. */
export function hostHandlers(session: Session, commands: HostCommands): Handlers {
  const moves = new Moves();
  return {
    ...sessionHandlers(session, "detached", moves),
    delegate: (params, visit) => delegate(session, commands, params, visit),
    resume: ({ task_ids, ...handed }) =>
      commands.during(handed, () => ({ tasks: session.resumeTasks(task_ids) })),
    release: (params) => release(session, moves, params),
  };
}

async function delegate(
  session: Session,
  commands: HostCommands,
  { request, place }: Params<"delegate">,
  { signal }: Visit,
): Promise<SpawnReply> {
  const { supervisor } = session;
  await assertSchemas([request]);
  const { max_queued } = supervisor.ground.config.delegation;
  const look = () => supervisor.slots.room(max_queued) > 0 ? "ready" as const : null;
  await supervisor.waits.until({ owner: "shell", look, timeoutMs: null, signal });
  const caller = { ownerId: null, by: "user" as const, place: placeOf(place) };
  const reply = commands.during(place, () => spawnChecked(supervisor, request, caller));
  session.flush(); // whoever reads the id finds the task, whatever becomes of this process
  return reply;
}

/** Gives up the tasks of a session: each stops at the end of its turn, or where it is when that takes too long. */
async function release(
  session: Session,
  moves: Moves,
  { session_id }: Params<"release">,
): Promise<{ readonly task_ids: readonly string[] }> {
  const isMeant = ({ spec }: TaskRecord) => spec.sessionId === session_id;
  return await moves.during(isMeant, async () => {
    const parked = await session.park(RELEASE_GRACE_MS, isMeant);
    for (const record of session.supervisor.table.seenBy(null).filter(isMeant)) {
      if (!record.isFinal) moves.left(record.id);
      session.supervisor.letGo(record);
    }
    return { task_ids: parked.filter(({ record }) => !record.isFinal).map(({ record }) => record.id) };
  });
}

function placeOf({ toolsets, yolo: isYolo, env: _, ...place }: TaskPlace): CallerPlace {
  return { ...place, toolsets: parseToolsets(toolsets), isYolo };
}
