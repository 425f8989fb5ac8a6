import { Buffer } from "node:buffer";
import type { ModelRef } from "../protocol/model_ref.ts";
import { KnownInput } from "./known_input.ts";
import type { Lease, LeaseAsk, ModelRequest } from "./provider.ts";
import { WIRES } from "./wire.ts";

/** How large a request is to one model, and whom to tell what its server says of that. */
export interface InputBound extends Pick<LeaseAsk, "inputBound" | "maxInput"> {
  /** The input tokens that were reported. */
  learn(tokens: number): void;
}

/** The body of a request without its messages and tools. */
const FRAME: ModelRequest = { messages: [], tools: [] };

/** Bounds the requests of one agent, for each model that it asks, by their bytes and by all that servers reported. */
export class InputBounds {
  readonly #known = new Map<string, KnownInput>();

  /** The bound of a request as it is now; messages and tools that were in an earlier one must be the same objects. */
  of(request: ModelRequest, model: ModelRef, api: Lease["api"]): InputBound {
    const known = this.#knownOf(model, api);
    const parts = [FRAME, ...request.tools, ...request.messages];
    const inputBound = bytesOf(request, model, api);
    const maxInput = known.bound(parts, inputBound);
    return {
      inputBound,
      ...(maxInput === inputBound ? {} : { maxInput }),
      learn: (tokens) => known.learn(parts, inputBound, tokens),
    };
  }

  #knownOf(model: ModelRef, api: Lease["api"]): KnownInput {
    const name = `${api} ${model.provider}/${model.model}`;
    const known = this.#known.get(name) ?? new KnownInput((part) => bytesOfPart(part, model, api));
    this.#known.set(name, known);
    return known;
  }
}

/** A token is at least a byte of what is sent, so the bytes bound the tokens from above. */
function bytesOf(request: ModelRequest, model: ModelRef, api: Lease["api"]): number {
  const target = { ...model, outputLimit: null, outputLimitField: "" };
  return Buffer.byteLength(JSON.stringify(WIRES[api].body(request, target)));
}

/** What a message, a tool or the frame adds to a body, the comma before it included. */
function bytesOfPart(part: object, model: ModelRef, api: Lease["api"]): number {
  const frame = bytesOf(FRAME, model, api);
  if (part === FRAME) return frame;
  const alone = "role" in part ? { messages: [part], tools: [] } : { messages: [], tools: [part] };
  return bytesOf(alone as ModelRequest, model, api) - frame + 1; // the parts of a request are these
}
