import type { Bench } from "./fan_out.ts";
import type { Program } from "./program.ts";
import { fanOut } from "./scenario.ts";
import { percentile } from "./statistics.ts";

/** How long the chat lets a `/list` on its pipe wait, while nothing happens and while children stream. */
export interface Responsiveness {
  readonly idleP99Ms: number;
  readonly streamingP50Ms: number;
  readonly streamingP99Ms: number;
}

const PROBES = 100;
const STREAM_MS = 8000;

/**
 * The lag of the parent's event loop as a user feels it: `/list` is taken at once, also in the middle of a turn,
 * so the time to its answer is the loop's lag plus the little that the command costs by itself (the idle figure).
 */
export async function measureResponsiveness(bench: Bench, children: number): Promise<Responsiveness> {
  const idle = await probe(bench, 0);
  const streaming = await probe(bench, children);
  return {
    idleP99Ms: percentile(idle, 0.99),
    streamingP50Ms: percentile(streaming, 0.5),
    streamingP99Ms: percentile(streaming, 0.99),
  };
}

async function probe({ server, home }: Bench, children: number): Promise<number[]> {
  const changes = {
    childLatencyMs: STREAM_MS,
    childTokensPerSecond: 200,
    collects: false,
    ending: "text",
  } as const;
  await server.play(fanOut(children, changes));
  const program = home.start(["chat", "--quiet"]);
  const chat = new Chat(program);
  await chat.say("go\n");
  await chat.heard("done");
  const latencies: number[] = [];
  for (let n = 0; n < PROBES; n++) latencies.push(await chat.timeList());
  program.kill("SIGKILL");
  await chat.end();
  return latencies;
}

/** A chat on a pipe, one line at a time. */
class Chat {
  readonly #program: Program;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  #unread = "";

  constructor(program: Program) {
    this.#program = program;
    this.#input = program.stdin.getWriter();
    this.#output = program.stdout.pipeThrough(new TextDecoderStream()).getReader();
    void program.stderr.pipeTo(new WritableStream());
  }

  async say(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(line));
  }

  /** Resolves when the output has come to these words; what stood before them is forgotten. */
  async heard(words: string): Promise<void> {
    for (;;) {
      const at = this.#unread.indexOf(words);
      if (at >= 0) return void (this.#unread = this.#unread.slice(at + words.length));
      const { value, done } = await this.#output.read();
      if (done) throw new Error(`The chat ended before it said "${words}"`);
      this.#unread += value;
    }
  }

  async timeList(): Promise<number> {
    const startedAt = performance.now();
    await this.say("/list\n");
    await this.heard("slots");
    return performance.now() - startedAt;
  }

  async end(): Promise<void> {
    await this.#output.cancel();
    await this.#input.close().catch(() => {}); // its reader is dead already
    await this.#program.status;
  }
}
