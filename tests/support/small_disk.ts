import { TempDir } from "./temp_dir.ts";

/** A disk of its own with little room; a test that cannot mount one (it takes root on Linux) is skipped. */
export class SmallDisk implements Disposable {
  readonly path: string;

  /** `path`: an empty directory. */
  constructor(path: string, kilobytes: number) {
    this.path = path;
    if (!mount(path, kilobytes)) throw new Error("Cannot mount a small disk: ask isToBeHad() first");
  }

  /** Whether this machine lets a test mount one. */
  static isToBeHad(): boolean {
    using dir = new TempDir();
    if (!mount(dir.path, 64)) return false;
    unmount(dir.path);
    return true;
  }

  /** Takes all the room that is left. */
  fill(): void {
    using file = Deno.openSync(`${this.path}/filling`, { write: true, create: true });
    try {
      for (;;) file.writeSync(new Uint8Array(4096).fill(1));
    } catch {
      // It is full.
    }
  }

  /** Gives the room back. */
  free(): void {
    Deno.removeSync(`${this.path}/filling`);
  }

  /** Nothing on it can be changed any more. */
  close(): void {
    run("mount", ["-o", "remount,ro", this.path]);
  }

  [Symbol.dispose](): void {
    unmount(this.path);
  }
}

function mount(path: string, kilobytes: number): boolean {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const args = ["-t", "tmpfs", "-o", `size=${kilobytes}k,mode=700`, "tmpfs", path];
  return run("mount", args);
}

function unmount(path: string): void {
  if (!run("umount", [path])) run("umount", ["--lazy", path]);
}

function run(command: string, args: string[]): boolean {
  try {
    return new Deno.Command(command, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false; // there is no such command
  }
}
