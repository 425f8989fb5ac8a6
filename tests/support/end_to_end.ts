import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { endDetachedHosts } from "./host_end.ts";
import { type Launcher, launchersUnderTest } from "./launchers.ts";
import { processesLeft } from "./processes.ts";
import { type Finished, Running } from "./running.ts";
import { SmallDisk } from "./small_disk.ts";
import { TempDir } from "./temp_dir.ts";
import { Tmux } from "./tmux.ts";

/** What a case may change about a start of the program. */
export interface RunOptions {
  /** Written to standard input, which then ends; without it the input is empty. */
  readonly stdin?: string;
  /** On top of the environment of the case; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 120_000;

/** The program under test with a home, a state directory and a working directory of its own, all empty. */
export class EndToEnd implements AsyncDisposable {
  readonly launcher: Launcher;
  readonly #dir = new TempDir();
  readonly #running: Running[] = [];

  constructor(launcher: Launcher) {
    this.launcher = launcher;
    for (const path of [this.home, this.hermesHome, this.work]) Deno.mkdirSync(path);
  }

  /** Above all that the case has on disk. */
  get root(): string {
    return this.#dir.path;
  }

  /** HOME. */
  get home(): string {
    return this.#dir.at("home");
  }

  /** HERMES_HOME. */
  get hermesHome(): string {
    return this.#dir.at("state");
  }

  /** Where the program is started. */
  get work(): string {
    return this.#dir.at("work");
  }

  /** The environment the program is started with, and nothing more. */
  environment(changes: RunOptions["env"] = {}): Record<string, string> {
    const base = {
      PATH: Deno.env.get("PATH"),
      HOME: this.home,
      HERMES_HOME: this.hermesHome,
      TERM: "dumb",
      LANG: "C.UTF-8",
      ...this.launcher.env,
      ...changes,
    };
    return Object.fromEntries(
      Object.entries(base).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
  }

  /** Writes config.yaml: a string as it is, anything else as JSON, which is YAML. */
  configure(config: unknown): void {
    const text = typeof config === "string" ? config : JSON.stringify(config);
    Deno.writeTextFileSync(`${this.hermesHome}/config.yaml`, text);
  }

  /** Starts the program and leaves its input open. */
  start(args: readonly string[], options: Omit<RunOptions, "stdin"> = {}): Running {
    const running = new Running({
      command: [...this.launcher.command, ...args],
      env: this.environment(options.env),
      cwd: options.cwd ?? this.work,
      deadlineMs: options.deadlineMs ?? DEADLINE_MS,
    });
    this.#running.push(running);
    return running;
  }

  /** Runs a command that only looks, again and again, until it prints this. What happens is on disk a moment later. */
  async until(args: readonly string[], printed: string | RegExp): Promise<void> {
    for (;;) {
      const { stdout } = await this.run(args);
      if (typeof printed === "string" ? stdout.includes(printed) : printed.test(stdout)) return;
    }
  }

  /** Starts the program on a terminal of its own. */
  onTerminal(
    args: readonly string[],
    { env, ...size }: Pick<RunOptions, "env"> & { readonly columns?: number } = {},
  ): Tmux {
    const command = [...this.launcher.command, ...args];
    return new Tmux({ command, env: this.environment(env), cwd: this.work, socketDir: this.root, ...size });
  }

  /** Runs the program to its end. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    const running = this.start(args, options);
    await running.write(options.stdin ?? "");
    await running.endInput();
    return await running.finished;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#running) await running[Symbol.asyncDispose]();
    await endDetachedHosts(this.hermesHome); // the only ones that may outlive the program
    const left = await processesLeft(this.root);
    for (const { pid } of left) Deno.kill(pid, "SIGKILL");
    this.#dir[Symbol.dispose]();
    assert.deepEqual(left, [], "processes outlived the program");
  }
}

/** What a case needs on the machine besides the program; without it the case is skipped. */
export interface Needs {
  readonly commands?: readonly string[];
  /** Processes can be stopped and asked whether they are. */
  readonly isPosix?: true;
  /** The modes of files bind the user; root writes to everything. */
  readonly isBoundByModes?: true;
  /** A disk of its own can be mounted, which takes root. */
  readonly smallDisk?: true;
  /** Processes can be started as another user. */
  readonly isRoot?: true;
  /** It is about the binary: the source needs a place for its runtime, too. */
  readonly isBinary?: true;
}

/** Registers a case once for each launcher under test. */
export function endToEnd(
  claim: string,
  body: (hermes: EndToEnd) => Promise<void>,
  { commands = [], isPosix, isBoundByModes, smallDisk, isRoot, isBinary }: Needs = {},
): void {
  const ignore = commands.some((command) => !isInstalled(command)) ||
    (isPosix === true && Deno.build.os === "windows") ||
    (isBoundByModes === true && (Deno.build.os === "windows" || Deno.uid() === 0)) ||
    (smallDisk === true && !SmallDisk.isToBeHad()) ||
    (isRoot === true && (Deno.build.os === "windows" || Deno.uid() !== 0));
  for (const launcher of launchersUnderTest()) {
    Deno.test({
      name: `hermes (${launcher.name}) ${claim}`,
      ignore: ignore || (isBinary === true && launcher.name !== "binary"),
      async fn() {
        await using hermes = new EndToEnd(launcher);
        await body(hermes);
      },
    });
  }
}

/** Whether a command is on the PATH. */
export function isInstalled(command: string): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.some((folder) => existsSync(`${folder}/${command}`));
}
