import { type Reply, type ScriptedServer, startScriptedServer } from "../scripted_server.ts";
import { type Asked, readAsked } from "./asked.ts";
import type { Family, Said } from "./family.ts";
import { Issued } from "./issued.ts";

/** Decides what the model says; a reply of its own where the test wants silence or a failure. */
export type Mind = (asked: Asked) => Said | Reply;

/** A server that refuses what those of its family refuse. */
export interface EmulatedServer extends ScriptedServer {
  readonly family: Family;
  /** The words of each refusal so far. */
  readonly refusals: readonly string[];
  /** Requests that were answered. */
  readonly answered: readonly Asked[];
}

/** Starts a server of the family on loopback, with that model behind it. */
export async function startEmulatedServer(family: Family, mind: Mind): Promise<EmulatedServer> {
  const issued = new Issued();
  const refusals: string[] = [];
  const answered: Asked[] = [];
  const server = await startScriptedServer((request) => {
    const asked = readAsked(request);
    const refused = family.refuse(asked, issued);
    if (refused !== null) {
      refusals.push(refused.words);
      return refused.reply;
    }
    answered.push(asked);
    const said = mind(asked);
    return typeof said === "function" ? said : family.answer(said, asked, issued);
  });
  return Object.assign(server, { family, refusals, answered });
}

/** The refusals that taught nothing, or taught the same more often than there were agents to learn it. */
export function unneeded({ refusals, family }: EmulatedServer, agents: number): readonly string[] {
  const counts = new Map<RegExp, number>();
  return refusals.filter((words) => {
    const rule = family.teaches.find((pattern) => pattern.test(words));
    if (rule === undefined) return true;
    counts.set(rule, (counts.get(rule) ?? 0) + 1);
    return (counts.get(rule) ?? 0) > agents;
  });
}
