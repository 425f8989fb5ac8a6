/** A started program with its streams. */
export type Program = Deno.ChildProcess;

const BINARY = new URL("../dist/hermes", import.meta.url).pathname;

/** Where and with which provider the program runs during the bench; gone at the end of the scope. */
export class BenchHome implements Disposable {
  readonly #path = Deno.makeTempDirSync({ prefix: "hermes_bench_" });

  /** `changes` are sections of config.yaml in place of those that all measurements have. */
  constructor(baseUrl: string, changes: Record<string, unknown> = {}) {
    const config = {
      model: { provider: "bench", default: "bench" },
      providers: { bench: { base_url: baseUrl, key_env: "none" } },
      delegation: { max_concurrent_children: 128 },
      budget: { session: { usd: null }, task: { usd: null }, day: { usd: null } },
      ...changes,
    };
    this.write("config.yaml", JSON.stringify(config));
  }

  /** Writes a file of this home. */
  write(name: string, text: string): void {
    Deno.writeTextFileSync(`${this.#path}/${name}`, text);
  }

  /** Starts the binary in this home. */
  start(args: readonly string[]): Program {
    return new Deno.Command(BINARY, {
      args: [...args],
      cwd: this.#path,
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH") ?? "", HOME: this.#path, HERMES_HOME: this.#path },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#path, { recursive: true });
  }
}

/** One finished run. */
export interface Run {
  readonly durationMs: number;
  readonly stdout: string;
  /** The highest resident memory; null where there is no /proc. */
  readonly peakBytes: number | null;
}

/** Runs the binary to its end, with `stdin` as its input; throws with what it said when it fails. */
export async function run(home: BenchHome, args: readonly string[], stdin = ""): Promise<Run> {
  const startedAt = performance.now();
  const program = home.start(args);
  const memory = watchMemory(program.pid);
  const [{ code, stdout, stderr }] = await Promise.all([program.output(), give(program.stdin, stdin)]);
  const durationMs = performance.now() - startedAt;
  const said = new TextDecoder();
  if (code !== 0) throw new Error(`hermes ${args.join(" ")} ended with ${code}: ${said.decode(stderr)}`);
  return { durationMs, stdout: said.decode(stdout), peakBytes: memory.stop() };
}

async function give(input: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = input.getWriter();
  if (text !== "") await writer.write(new TextEncoder().encode(text));
  await writer.close();
}

/** Reads the kernel's own high-water mark until it is stopped; the last reading before the end counts. */
function watchMemory(pid: number): { stop(): number | null } {
  let peak: number | null = null;
  const timer = setInterval(() => peak = highWaterMark(pid) ?? peak, 20);
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}

function highWaterMark(pid: number): number | null {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null; // ended, or no /proc
  }
}
