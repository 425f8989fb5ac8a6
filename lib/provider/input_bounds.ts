import { Buffer } from "node:buffer";
import type { Dialect, Quirk } from "../protocol/dialect.ts";
import { modelName, type ModelRef } from "../protocol/model_ref.ts";
import { KnownInput } from "./known_input.ts";
import type { LeaseAsk, ModelRequest } from "./provider.ts";
import type { Wire, WireTarget } from "./wire.ts";

/** How large a request is to one model, and whom to tell what its server says of that. */
export interface InputBound extends Pick<LeaseAsk, "inputBound" | "maxInput"> {
  /** The input tokens that were reported. */
  learn(tokens: number): void;
}

/** Which model is asked, and how. */
export interface AskedModel {
  readonly model: ModelRef;
  readonly wire: Wire;
  readonly dialect: Dialect;
  readonly cacheKey: string | null;
}

/** The body of a request without its messages and tools. */
const FRAME: ModelRequest = { messages: [], tools: [] };
/** What can make a message longer. */
const STAND_INS: readonly Quirk[] = ["reasoning_content", "thought_signature"];

/** Bounds the requests of one agent, for each model that it asks, by their bytes and by all that servers reported. */
export class InputBounds {
  readonly #known = new Map<string, KnownInput>();

  /** The bound of a request as it is now; messages and tools that were in an earlier one must be the same objects. */
  of(request: ModelRequest, asked: AskedModel): InputBound {
    const known = this.#knownOf(asked);
    const parts = [FRAME, ...request.tools, ...request.messages];
    const inputBound = bytesOf(request, asked);
    const maxInput = known.bound(parts, inputBound);
    return {
      inputBound,
      ...(maxInput === inputBound ? {} : { maxInput }),
      learn: (tokens) => known.learn(parts, inputBound, tokens),
    };
  }

  #knownOf(asked: AskedModel): KnownInput {
    const name = `${asked.dialect.api} ${modelName(asked.model)}`;
    const known = this.#known.get(name) ?? new KnownInput((part) => bytesOfPart(part, asked));
    this.#known.set(name, known);
    return known;
  }
}

/** A token is at least a byte of what is sent, so the bytes of the longest body that it can have bound the tokens. */
function bytesOf(request: ModelRequest, { model, wire, dialect, cacheKey }: AskedModel): number {
  const target: WireTarget = {
    ...model,
    outputLimit: null,
    dialect: { ...dialect, quirks: [...new Set([...dialect.quirks, ...STAND_INS])] },
    cacheKey,
    carries: ({ provider, model: name }) => provider === model.provider && name === model.model,
  };
  return Buffer.byteLength(JSON.stringify(wire.body(request, target)));
}

/** What a message, a tool or the frame adds to a body, the comma before it included. */
function bytesOfPart(part: object, asked: AskedModel): number {
  const frame = bytesOf(FRAME, asked);
  if (part === FRAME) return frame;
  const alone = "role" in part ? { messages: [part], tools: [] } : { messages: [], tools: [part] };
  return bytesOf(alone as ModelRequest, asked) - frame + 1; // the parts of a request are these
}
