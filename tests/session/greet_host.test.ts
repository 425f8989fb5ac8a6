import assert from "node:assert/strict";
import { createServer } from "node:net";
import { HostGone } from "../../lib/session/control/client.ts";
import { greetHost } from "../../lib/session/greet_host.ts";
import { UserError } from "../../lib/support/errors.ts";
import { processMark } from "../../lib/support/process_mark.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { TempDir } from "../support/temp_dir.ts";

const NEVER = new AbortController().signal;

/** A socket where everybody is taken in and nobody is answered, and a process that may die. */
class MuteHost implements AsyncDisposable {
  readonly #dir = new TempDir();
  readonly #server = createServer((visitor) => {
    visitor.on("error", () => {}).resume(); // read, so that its end is heard
    this.#visited.resolve();
  });
  readonly #visited = Promise.withResolvers<void>();
  readonly #process = new Deno.Command("sleep", { args: ["300"] }).spawn();

  static async open(): Promise<MuteHost> {
    const mute = new MuteHost();
    await new Promise<void>((resolve) => mute.#server.listen(mute.address.socket, resolve));
    return mute;
  }

  readonly address = { socket: this.#dir.at("host.sock"), token: "said to nobody" };
  readonly row = { pid: this.#process.pid, startMark: processMark(this.#process.pid) ?? "" };

  /** Resolves when somebody has connected. */
  get visited(): Promise<void> {
    return this.#visited.promise;
  }

  /** Ends the process; what it listened on stays. */
  async die(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await new Promise((resolve) => this.#server.close(resolve)); // the visitor has closed its end
    this.#dir[Symbol.dispose]();
  }
}

Deno.test("greetHost() hears that the host died before it answered, though its socket is still open", async () => {
  await using host = await MuteHost.open();
  const clock = new FakeClock();
  const greeted = greetHost(host.row, host.address, { clock, signal: NEVER });
  const gone = assert.rejects(greeted, (error) => error instanceof HostGone && !error.mayHaveDone);
  await host.visited;
  await clock.advance(1_000);
  assert.equal(clock.pending, 1, "it waits for a host that lives");
  await host.die();
  await clock.advance(1_000);
  await gone;
  assert.equal(clock.pending, 0);
});

Deno.test("greetHost() gives up on a host that lives and never answers", async () => {
  await using host = await MuteHost.open();
  const clock = new FakeClock();
  const greeted = greetHost(host.row, host.address, { clock, signal: NEVER });
  const refused = assert.rejects(greeted, (error) => error instanceof UserError && error.exitCode === 75);
  await host.visited;
  await clock.advance(59_000);
  assert.equal(clock.pending, 1, "machines may be slow");
  await clock.advance(1_000);
  await refused;
  assert.equal(clock.pending, 0);
});

Deno.test("greetHost() ends with the signal's reason", async () => {
  await using host = await MuteHost.open();
  const clock = new FakeClock();
  const ending = new AbortController();
  const greeted = greetHost(host.row, host.address, { clock, signal: ending.signal });
  const ended = assert.rejects(greeted, { message: "enough" });
  await host.visited;
  ending.abort(new Error("enough"));
  await ended;
  assert.equal(clock.pending, 0);
});
