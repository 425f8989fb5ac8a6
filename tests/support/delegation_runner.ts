import type { ToolRunner } from "../../lib/agent/run_tools.ts";
import { toWireError } from "../../lib/support/errors.ts";

/** Runs each call of an agent as a delegation tool; what goes wrong is a result, as it is for dispatch. */
export function delegationRunner(
  call: (name: string, args: unknown, signal: AbortSignal) => Promise<unknown>,
): ToolRunner {
  return async ({ name, arguments: text }, signal) => {
    try {
      const value = await call(name, JSON.parse(text), signal);
      return { content: JSON.stringify(value), errorCode: null };
    } catch (error) {
      signal.throwIfAborted();
      const wire = toWireError(error);
      return { content: JSON.stringify({ error: wire }), errorCode: wire.code };
    }
  };
}
