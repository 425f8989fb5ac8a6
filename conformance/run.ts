import { resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { Adapter, MakeAdapter } from "./adapter.ts";
import { describeCases } from "./describe_cases.ts";
import type { Case } from "./case.ts";
import { CASES } from "./cases.ts";
import { type Outcome, runCase } from "./run_case.ts";

const USAGE = `Usage: run.ts [--adapter PATH] [--program PATH] [--only NAME]... [--patience SECONDS] [--list]

  --adapter PATH      module that speaks to the program (default: hermes)
  --program PATH      the program, as the adapter takes it
  --only NAME         run the cases whose name contains NAME; may be given again
  --patience SECONDS  how long any one thing may take to come (default: 15)
  --list              print what each case demands, as Markdown, and run nothing`;

const OPTIONS = {
  adapter: { type: "string" },
  program: { type: "string" },
  only: { type: "string", multiple: true },
  patience: { type: "string", default: "15" },
  list: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) return print(USAGE);
  if (values.list) return print(describeCases());
  const chosen = choose(values.only);
  const patienceS = Number(values.patience);
  if (chosen.length === 0) return complain(`no case is called ${values.only?.join(", ")}; --list names them`);
  if (!(patienceS > 0)) return complain(`--patience is "${values.patience}": give seconds above 0`);
  return await runAll(chosen, await load(values.adapter, values.program), patienceS);
}

async function runAll(cases: readonly Case[], adapter: Adapter, patienceS: number): Promise<number> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const each of cases) {
    const outcome = await runCase(each, adapter, patienceS);
    counts[outcome === null ? "skipped" : outcome.passed ? "passed" : "failed"]++;
    print(lineOf(each, outcome));
  }
  const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`;
  print(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  return counts.failed === 0 ? 0 : 1;
}

function choose(names: readonly string[] = []): readonly Case[] {
  return CASES.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
}

function lineOf({ name, demands }: Case, outcome: Outcome): string {
  if (outcome === null) return `skip ${name}: the program has no such thing`;
  if (outcome.passed) return `ok ${name}`;
  const { error } = outcome;
  const seen = (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\n+/g, "\n    ");
  return `not ok ${name}\n  demanded: ${demands}\n  seen: ${seen}`;
}

async function load(path: string | undefined, program: string | undefined): Promise<Adapter> {
  const url = path === undefined
    ? new URL("./adapters/hermes.ts", import.meta.url)
    : pathToFileURL(resolve(path));
  const { default: make } = await import(url.href) as { default: MakeAdapter }; // what an adapter module promises
  return program === undefined ? make() : make(resolve(program));
}

function print(text: string): 0 {
  console.log(text);
  return 0;
}

function complain(text: string): 2 {
  console.error(`conformance: ${text}`);
  return 2;
}

try {
  process.exitCode = await main();
} catch (error) { // an unknown option, an adapter that cannot be loaded
  process.exitCode = complain(error instanceof Error ? error.message : String(error));
}
