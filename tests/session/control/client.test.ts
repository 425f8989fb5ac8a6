import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { ControlClient, HostGone } from "../../../lib/session/control/client.ts";
import { HostSilent, type WatchedHost } from "../../../lib/session/control/host_silent.ts";
import type { Patience } from "../../../lib/session/control/patience.ts";
import { processMark, type ProcessState } from "../../../lib/support/process_mark.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { untilStopped } from "../../support/host_end.ts";
import { TempDir } from "../../support/temp_dir.ts";
import { NEVER } from "./stage.ts";

/** A socket where everybody is taken in and answered as the test says, and a process that may stop or die. */
class PuppetHost implements AsyncDisposable {
  readonly #dir = new TempDir();
  readonly #visitors: Socket[] = [];
  readonly #said: string[] = [];
  #waiting: (() => void)[] = [];
  readonly #process = new Deno.Command("sleep", { args: ["300"] }).spawn();
  readonly #server = createServer((visitor) => {
    this.#visitors.push(visitor);
    visitor.on("error", () => {}).on("data", (bytes) => {
      this.#said.push(...bytes.toString().trimEnd().split("\n"));
      for (const look of this.#waiting.splice(0)) look();
    });
  });

  static async open(): Promise<PuppetHost> {
    const puppet = new PuppetHost();
    await new Promise<void>((resolve) => puppet.#server.listen(puppet.address.socket, resolve));
    return puppet;
  }

  readonly clock = new FakeClock();
  readonly address = { socket: this.#dir.at("host.sock"), token: "said to nobody" };
  readonly silences: (ProcessState | null)[] = [];
  readonly host: WatchedHost = {
    pid: this.#process.pid,
    startMark: processMark(this.#process.pid) ?? "",
    kind: "detached",
    sessionId: "s00001",
  };

  connect(patience: Patience, signal = NEVER): Promise<ControlClient> {
    const onSilence = (state: ProcessState | null) => void this.silences.push(state);
    const watch = { host: this.host, clock: this.clock, onSilence };
    return ControlClient.connect(this.address, watch, { signal, patience });
  }

  /** Resolves with the next request of this method, when it has come. */
  async asked(method: string): Promise<{ readonly id: number }> {
    for (;;) {
      const index = this.#said.findIndex((line) => JSON.parse(line).method === method);
      if (index >= 0) return JSON.parse(this.#said.splice(index, 1)[0]!);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async answer(method: string, result: unknown = {}): Promise<void> {
    const { id } = await this.asked(method);
    for (const visitor of this.#visitors) {
      visitor.write(JSON.stringify({ jsonrpc: "2.0", id, result }) + "\n");
    }
  }

  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** Ends the process; what it listened on stays. */
  async die(): Promise<void> {
    this.kill("SIGKILL");
    await this.#process.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    for (const visitor of this.#visitors) visitor.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    this.#dir[Symbol.dispose]();
  }
}

/** Whether a promise is still open once all that can settle has. */
async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  const OPEN = Symbol();
  await new Promise((resolve) => setTimeout(resolve));
  return await Promise.race([promise.catch(() => {}), Promise.resolve(OPEN)]) === OPEN;
}

function isSilent(state: ProcessState, mayHaveDone: boolean) {
  return (error: unknown) =>
    error instanceof HostSilent && error.state === state && error.exitCode === 75 &&
    /\(pid \d+\)/.test(error.message) && /kill -KILL \d+/.test(error.hint ?? "") &&
    /may still be done/.test(error.hint ?? "") === mayHaveDone;
}

Deno.test("a greeting hears that the host died, though its socket is still open", async () => {
  await using puppet = await PuppetHost.open();
  const gone = assert.rejects(
    puppet.connect("wait"),
    (error) => error instanceof HostGone && !error.mayHaveDone,
  );
  await puppet.asked("hello");
  await puppet.clock.advance(10_000);
  assert.equal(await isOpen(gone), true, "it waits for a host that lives");
  await puppet.die();
  await puppet.clock.advance(2_000);
  await gone;
  assert.equal(puppet.clock.pending, 0);
});

Deno.test("whoever wants to act waits a minute for a host that runs, whoever looks some seconds", async () => {
  await using puppet = await PuppetHost.open();
  const look = assert.rejects(puppet.connect("look"), isSilent("runs", false));
  const act = assert.rejects(puppet.connect("act"), isSilent("runs", false));
  await puppet.asked("hello");
  await puppet.asked("hello");
  await puppet.clock.advance(6_000);
  await look;
  await puppet.clock.advance(53_000);
  assert.equal(await isOpen(act), true, "machines may be slow");
  await puppet.clock.advance(1_000);
  await act;
  assert.equal(puppet.clock.pending, 0);
});

Deno.test("a stopped host is told of soon; who only waits is told so and gets the answer when it goes on", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await using puppet = await PuppetHost.open();
  const connected = puppet.connect("wait");
  await puppet.answer("hello");
  using client = await connected;
  const options = { signal: NEVER, patience: "wait" } as const;
  const collected = client.request(
    "collect",
    { task_id: "t00001", timeout_s: null, ends_at_question: true },
    options,
  );
  await puppet.clock.advance(2_000);
  await puppet.answer("ping");
  assert.equal(await isOpen(collected), true);
  assert.deepEqual(puppet.silences, [], "a host that answers pings may take its time");
  puppet.kill("SIGSTOP");
  await untilStopped(puppet.host);
  const steered = client.request("call", { tool: "steer_task", args: {} }, { signal: NEVER });
  const refused = assert.rejects(steered, isSilent("stopped", true));
  await puppet.clock.advance(4_000);
  await refused;
  assert.deepEqual(puppet.silences, ["stopped"]);
  await puppet.clock.advance(600_000);
  assert.deepEqual([await isOpen(collected), puppet.silences], [true, ["stopped"]]);
  puppet.kill("SIGCONT");
  await puppet.answer("collect", "what it came to");
  assert.equal(await collected, "what it came to");
  assert.deepEqual(puppet.silences, ["stopped", null]);
});

Deno.test("nothing is asked of a host that owes nothing", async () => {
  await using puppet = await PuppetHost.open();
  const connected = puppet.connect("act");
  await puppet.answer("hello");
  using _client = await connected;
  assert.equal(puppet.clock.pending, 0);
});

Deno.test("a greeting ends with the signal's reason", async () => {
  await using puppet = await PuppetHost.open();
  const ending = new AbortController();
  const ended = assert.rejects(puppet.connect("wait", ending.signal), { message: "enough" });
  await puppet.asked("hello");
  ending.abort(new Error("enough"));
  await ended;
  assert.equal(puppet.clock.pending, 0);
});
