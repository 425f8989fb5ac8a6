import process from "node:process";
import { finish } from "./lib/cli/finish.ts";
import { processIo } from "./lib/cli/process_io.ts";
import { reportError } from "./lib/cli/report_error.ts";
import { runCli } from "./lib/cli/root.ts";
import { takeEnvironment } from "./lib/support/runtime.ts";

// A compiled program finds its worker only by a URL that its entry makes.
const io = processIo(new URL("./lib/delegation/child_main.ts", import.meta.url), takeEnvironment());
const { promise: crashed, resolve: crash } = Promise.withResolvers<number>();
for (const event of ["uncaughtException", "unhandledRejection"]) {
  process.on(event, (error: unknown) => crash(reportError(error, { io, json: false })));
}
const code = await Promise.race([runCli(process.argv.slice(2), io), crashed]);
process.exit(await finish(code, io));
