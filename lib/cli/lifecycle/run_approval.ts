import type { ApprovalReply, Params } from "../../session/control/methods.ts";
import { untilAnswered } from "../../session/host_finder.ts";
import { steadyClock } from "../../support/clock.ts";
import { ToolFailure, UserError } from "../../support/errors.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { answeredText } from "../render/approval.ts";
import { jsonLine } from "../render/json.ts";
import type { Reach } from "./reach.ts";
import { withReach } from "./with_reach.ts";

type Answer = Params<"approval">;

/** Answers what a task, or the agent of a session, asks to be allowed; returns the exit code. */
export function runApproval(
  io: Io,
  answer: Answer,
  { json }: { readonly json?: true | undefined },
): Promise<number> {
  return withReach(io, async (reach) => {
    const reply = await (/^s/.test(answer.id) ? askSession(reach, answer) : askTask(reach, answer));
    io.stdout.write(json === true ? jsonLine(reply, io.stdout) : answeredText(reply));
    return EXIT.done;
  });
}

async function askTask(reach: Reach, answer: Answer): Promise<ApprovalReply> {
  await reach.assertKnown([answer.id]);
  return await reach.ask(answer.id, {
    live: (client) => client.request("approval", answer, { signal: reach.signal }),
    stored: (_, { status }) => {
      throw waitsForNothing(answer, `task ${answer.id}`, `it is ${status}`);
    },
  });
}

async function askSession(reach: Reach, answer: Answer): Promise<ApprovalReply> {
  const { id } = answer;
  if (reach.store.session(id) === undefined) {
    throw new UserError(`Cannot find session "${id}": there is none of that id`, {
      hint: "hermes sessions list shows them",
      exitCode: EXIT.usage,
    });
  }
  return await untilAnswered(async () => {
    const host = reach.finder.live().find(({ sessionId, socket }) => sessionId === id && socket !== null);
    if (host === undefined) throw waitsForNothing(answer, `session ${id}`, "nothing of it runs");
    const client = await reach.finder.connect(host);
    return await client.request("approval", answer, { signal: reach.signal });
  }, { clock: steadyClock, signal: reach.signal });
}

function waitsForNothing({ allow }: Answer, what: string, state: string): ToolFailure {
  return new ToolFailure("not_running", `Cannot ${allow ? "approve" : "deny"} anything of ${what}: ${state}`);
}
