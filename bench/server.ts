import type { Scenario, SeenRequest } from "./scenario.ts";

/** The model server's process, seen from the bench. */
export class BenchServer implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #origin: string;

  private constructor(process: Deno.ChildProcess, port: number) {
    this.#process = process;
    this.#origin = `http://127.0.0.1:${port}`;
  }

  /** Starts it; the program of the measurements is Bun's, so it is used for the server too. */
  static async start(): Promise<BenchServer> {
    const script = new URL("./server_main.ts", import.meta.url).pathname;
    const process = new Deno.Command("node_modules/.bin/bun", {
      args: ["run", script],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    for await (const chunk of process.stdout.pipeThrough(new TextDecoderStream())) {
      return new BenchServer(process, Number(chunk));
    }
    throw new Error("Cannot start the model server: it ended at once");
  }

  /** The base URL for the program's configuration. */
  get baseUrl(): string {
    return `${this.#origin}/v1`;
  }

  /** Sets what is played from now on and forgets what was seen. */
  async play(scenario: Scenario): Promise<void> {
    await (await fetch(`${this.#origin}/scenario`, { method: "PUT", body: JSON.stringify(scenario) })).body
      ?.cancel();
  }

  /** All requests since the scenario was set, in the order in which they ended. */
  async seen(): Promise<SeenRequest[]> {
    return await (await fetch(`${this.#origin}/seen`)).json();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stdin.close();
    await this.#process.status;
  }
}
