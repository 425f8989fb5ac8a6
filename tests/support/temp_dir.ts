/** A directory of one test, gone with all that is in it at the end of the scope. */
export class TempDir implements Disposable {
  /** Absolute, without symbolic links, short enough for sockets inside. */
  readonly path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "hermes_" }));

  /** The path of something inside. */
  at(name: string): string {
    return `${this.path}/${name}`;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
