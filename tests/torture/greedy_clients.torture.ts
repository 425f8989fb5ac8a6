import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { PROTOCOL } from "../../lib/session/control/methods.ts";
import { readToken } from "../../lib/session/control/token.ts";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { detachedHosts, untilListening } from "../support/host_end.ts";

/** How much more memory a host may have while such clients are there; how long commands of others take is printed. */
const MORE_MB = 100;
/** How many commands of others are timed. */
const COMMANDS = 6;

interface Crowd {
  readonly claim: string;
  readonly clients: number;
  /** What each says, with the token and a task that runs. */
  readonly says: (token: string, task: string) => string;
}

const call = request("call", { tool: "list_tasks", args: { all: true } });
const follow = request("follow", { task_id: null, since: 0 });

const CROWDS: readonly Crowd[] = [
  { claim: "that are half open", clients: 1000, says: () => "" },
  { claim: "that stay silent", clients: 1000, says: hello },
  { claim: "with half a line", clients: 1000, says: (token) => hello(token) + "x".repeat(100_000) },
  { claim: "with 30 MB before a greeting", clients: 20, says: () => "x".repeat(30_000_000) },
  { claim: "with 30 MB in a line", clients: 20, says: (token) => hello(token) + "x".repeat(30_000_000) },
  { claim: "that ask and never read", clients: 1, says: (token) => hello(token) + call.repeat(200_000) },
  { claim: "that ask and never read", clients: 100, says: (token) => hello(token) + call.repeat(5_000) },
  { claim: "that ask and never read", clients: 1000, says: (token) => hello(token) + call.repeat(100) },
  { claim: "that follow", clients: 1000, says: (token) => hello(token) + follow.repeat(5) },
  {
    claim: "that wait",
    clients: 1,
    says: (token, task_id) =>
      hello(token) + request("collect", { task_id, timeout_s: null, ends_at_question: false }).repeat(20_000),
  },
];

for (const { claim, clients, says } of CROWDS) {
  endToEnd(`bears ${clients} clients ${claim}`, async (hermes) => {
    const { stdout } = await hermes.run(["delegate", "--async", "--offline", "-Q", "wait: 600"]);
    const task = stdout.trim();
    await untilListening(hermes.hermesHome);
    const [host] = detachedHosts(hermes.hermesHome);
    assert.ok(host?.socket);
    const before = { mb: memoryMb(host.pid), ms: await slowest(hermes, task) };
    const token = readToken(hermes.hermesHome, host.hostId) ?? "";
    const sockets = await Promise.all(Array.from({ length: clients }, () => opened(host.socket ?? "")));
    for (const socket of sockets) socket.write(says(token, task));
    const during = { mb: memoryMb(host.pid), ms: await slowest(hermes, task) };
    const after = memoryMb(host.pid);
    for (const socket of sockets) socket.destroy();
    const figures = JSON.stringify({ before, during, after });
    console.log(figures);
    assert.ok(Math.max(during.mb, after) <= before.mb + MORE_MB, figures);
  });
}

function request(method: string, params: unknown, id = 2): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method, params }) + "\n";
}

function hello(token: string): string {
  return request("hello", { token, protocol: PROTOCOL }, 1);
}

/** A client that never reads. */
function opened(path: string): Promise<Socket> {
  const socket = connect(path).pause();
  socket.on("error", () => {}); // it was cut off
  return new Promise((resolve) =>
    socket.once("connect", () => resolve(socket)).once("close", () => resolve(socket))
  );
}

/** How long the slowest of some commands took, in ms. */
async function slowest(hermes: EndToEnd, task: string): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < COMMANDS; n++) {
    const { code, durationMs } = await hermes.run(n % 2 === 0 ? ["list"] : ["check", task]);
    assert.equal(code, 0);
    times.push(Math.round(durationMs));
  }
  return Math.max(...times);
}

function memoryMb(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ?? [];
  return Math.round(Number(kb) / 1000);
}
