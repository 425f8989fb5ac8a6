import { hermesHome } from "../../config/home.ts";
import { inspectConfig } from "../../config/inspect.ts";
import { loadConfig } from "../../config/load.ts";
import { createRedactor } from "../../support/redact.ts";
import { messageOf, UserError } from "../../support/errors.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { knownSecretsOf } from "../known_secrets.ts";
import { renderFindings } from "../render/findings.ts";
import { takesAnsi } from "../io.ts";
import { jsonLine } from "../render/json.ts";
import { checkConfig } from "./check_config.ts";
import { checkDisk } from "./check_disk.ts";
import { checkHosts } from "./check_hosts.ts";
import { checkKeys } from "./check_keys.ts";
import { checkProviders } from "./check_providers.ts";
import { checkSandbox, checkSearch, checkTerminal } from "./check_surroundings.ts";
import { checkStore } from "./check_store.ts";
import { type Check, type CheckName, type Finding, finding, type Patient } from "./finding.ts";

/** In the order in which they are told; hosts before the store, for what they left changes it. */
const CHECKS: readonly (readonly [CheckName, Check])[] = [
  ["config", checkConfig],
  ["providers", checkProviders],
  ["keys", checkKeys],
  ["hosts", checkHosts],
  ["store", checkStore],
  ["disk", checkDisk],
  ["sandbox", checkSandbox],
  ["search", checkSearch],
  ["terminal", checkTerminal],
];

/** Looks at everything and prints what it finds; returns 0, 1 when there is a problem, 78 when the configuration is one. */
export async function runDoctor(io: Io, { json }: { readonly json: boolean }): Promise<number> {
  const patient = patientOf(io);
  const found: Finding[] = [];
  for (const [name, check] of CHECKS) found.push(...await told(name, check, patient));
  const findings = createRedactor(knownSecretsOf(io.env)).value(found);
  const style = { color: takesAnsi(io.stdout, io.env) };
  io.stdout.write(json ? jsonLine({ findings }, io.stdout) : renderFindings(findings, style));
  const problems = findings.filter(({ state }) => state === "problem");
  if (problems.some(({ check }) => check === "config")) return EXIT.config;
  return problems.length > 0 ? EXIT.failed : EXIT.done;
}

function patientOf(io: Io): Patient {
  const home = hermesHome(io.env);
  return {
    io,
    home,
    inspection: unlessRefused(() => inspectConfig(home, io.env)),
    loaded: unlessRefused(() => loadConfig(home, io.env)),
  };
}

/** Null for what a user can mend: the check of it says what that is. */
function unlessRefused<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** Nothing that one check throws keeps the others from being told. */
async function told(name: CheckName, check: Check, patient: Patient): Promise<readonly Finding[]> {
  try {
    return await check(patient);
  } catch (error) {
    const hint = error instanceof UserError ? error.hint : undefined;
    return [finding(name, "problem", messageOf(error), hint)];
  }
}
