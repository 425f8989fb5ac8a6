import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** The release that is installed. */
const PACKAGE = "litellm[proxy]==1.108.7";
/** Its key, which the program under test sends. */
export const PROXY_KEY = "sk-proxy-1111";

/** A model as the proxy offers it and where it has it from. */
export interface Offered {
  readonly name: string;
  /** `provider/model`, as LiteLLM names it. */
  readonly behind: string;
  readonly baseUrl: string;
  readonly key: string;
}

/** LiteLLM's proxy in a process of its own, gone at the end of the scope. */
export class LiteLlmProxy implements AsyncDisposable {
  /** Where its wires are. */
  readonly baseUrl: string;
  readonly #process: Deno.ChildProcess;
  readonly #dir: string;
  readonly #drained: Promise<void>;

  private constructor(
    process: Deno.ChildProcess,
    at: { dir: string; baseUrl: string; drained: Promise<void> },
  ) {
    this.#process = process;
    this.#dir = at.dir;
    this.baseUrl = at.baseUrl;
    this.#drained = at.drained;
  }

  /** Starts it with these models and waits until it listens. */
  static async start(python: string, models: readonly Offered[]): Promise<LiteLlmProxy> {
    const dir = Deno.makeTempDirSync({ prefix: "hermes_litellm_run_" });
    const port = await freePort();
    Deno.writeTextFileSync(`${dir}/config.yaml`, JSON.stringify(configOf(models)));
    const process = new Deno.Command(`${python}/bin/litellm`, {
      args: ["--config", `${dir}/config.yaml`, "--host", "127.0.0.1", "--port", `${port}`],
      cwd: dir,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
    const drained = watch(process.stderr, resolve).then(() =>
      reject(new Error("LiteLLM ended before it listened"))
    );
    await listening;
    return new LiteLlmProxy(process, { dir, baseUrl: `http://127.0.0.1:${port}/v1`, drained });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#process.status;
    await this.#drained;
    Deno.removeSync(this.#dir, { recursive: true });
  }
}

/**
 * The folder of a virtual environment with LiteLLM, made once per release in the folder for temporary files; null: the
 * package index cannot be reached. Throws when it can and the install fails.
 */
export async function installedLiteLlm(): Promise<string | null> {
  const path = `${Deno.env.get("TMPDIR") ?? "/tmp"}/hermes_${PACKAGE.replaceAll(/[^a-z0-9.]+/g, "_")}`;
  const isThere = (file: string) => Deno.lstat(`${path}/${file}`).then(() => true, () => false);
  if (await isThere("installed")) return path;
  await finished("python3", ["-m", "venv", path]);
  const install = ["install", "--quiet", "--disable-pip-version-check", "--prefer-binary", PACKAGE];
  const said = await finished(`${path}/bin/pip`, install, { mayFail: true });
  if (/NameResolutionError|NewConnectionError|Network is unreachable|ProxyError/.test(said)) return null;
  if (!await isThere("bin/litellm")) throw new Error(`LiteLLM cannot be installed: ${said}`);
  Deno.writeTextFileSync(`${path}/installed`, "");
  return path;
}

function configOf(models: readonly Offered[]) {
  return {
    model_list: models.map(({ name, behind, baseUrl, key }) => ({
      model_name: name,
      litellm_params: { model: behind, api_base: baseUrl, api_key: key },
    })),
    litellm_settings: { num_retries: 0, telemetry: false },
    general_settings: { master_key: PROXY_KEY },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

async function watch(stream: ReadableStream<Uint8Array>, onListening: () => void): Promise<void> {
  const decoder = new TextDecoder();
  let said = "";
  for await (const bytes of stream) {
    said = (said + decoder.decode(bytes, { stream: true })).slice(-1_000);
    if (said.includes("Uvicorn running")) onListening();
  }
}

async function finished(command: string, args: readonly string[], { mayFail = false } = {}): Promise<string> {
  const { code, stderr } = await new Deno.Command(command, { args: [...args], stdout: "null" }).output();
  const said = new TextDecoder().decode(stderr);
  if (code !== 0 && !mayFail) throw new Error(`${command} ended with ${code}: ${said}`);
  return said;
}
