import { execFileSync } from "node:child_process";
import { symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { endToEnd } from "../support/end_to_end.ts";
import { assertOneMessage } from "../support/one_message.ts";

/** What nobody should wait for or read to its end, by how it comes to lie in the place of a file. */
const IN_THE_WAY: Readonly<Record<string, (path: string) => void>> = {
  "a pipe that nobody writes to": (path) => void execFileSync("mkfifo", [path]),
  "a device without an end": (path) => symlinkSync("/dev/zero", path),
  "a file of 20 gigabytes": (path) => {
    writeFileSync(path, "");
    truncateSync(path, 20e9);
  },
};

for (const file of ["config.yaml", ".env", "credentials.json", "sessions.db"]) {
  endToEnd(`ends with 78 and names ${file} where that is none`, async (hermes) => {
    for (const lay of Object.values(IN_THE_WAY)) {
      Deno.mkdirSync(hermes.hermesHome, { recursive: true });
      lay(`${hermes.hermesHome}/${file}`);
      assertOneMessage(await hermes.run(["list"]), { code: 78, says: [file] });
      Deno.removeSync(hermes.hermesHome, { recursive: true });
    }
    Deno.mkdirSync(hermes.hermesHome);
  }, { isPosix: true, commands: ["mkfifo"] });
}

endToEnd("goes on without what it only remembers where that is no file", async (hermes) => {
  for (const file of ["run/credential_state.json", "run/dialects.json"]) {
    for (const lay of Object.values(IN_THE_WAY)) {
      Deno.mkdirSync(`${hermes.hermesHome}/run`, { mode: 0o700 });
      lay(`${hermes.hermesHome}/${file}`);
      const finished = await hermes.run(["auth", "list"]);
      if (finished.code !== 0) throw new Error(`${file}: ${finished.stderr}`);
      Deno.removeSync(`${hermes.hermesHome}/run`, { recursive: true });
    }
  }
}, { isPosix: true, commands: ["mkfifo"] });
