import { Buffer } from "node:buffer";
import type { ServerResponse } from "node:http";
import type { RecordedRequest } from "./scripted_server.ts";

/** One request being answered; `signal` aborts when the client is gone or the server closes. */
export interface Exchange {
  readonly request: RecordedRequest;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

/** An answer, ready to be written. Made by the functions below. */
export type Reply = (exchange: Exchange) => Promise<void> | void;

/** The figures of a usage chunk; null: the server reports none. */
export type WireUsage = Readonly<Record<string, unknown>> | null;

interface Timing {
  /** Wait before the first byte. */
  readonly delayMs?: number;
  /** Wait between two chunks; `ratePerSecond` says the same as a rate of chunks. */
  readonly chunkDelayMs?: number;
  readonly ratePerSecond?: number;
  /** Default: prompt and completion bytes divided by 4. */
  readonly usage?: WireUsage;
  /** Null: the stream ends without one. */
  readonly finish?: string | null;
}

/** How text is said. `chunks` is the number of pieces (default 3). */
export interface SayOptions extends Timing {
  readonly chunks?: number;
  readonly reasoning?: string;
}

/** A call as a script writes it: `args` an object, or a string that is sent as it is. */
export interface ScriptedCall {
  readonly name: string;
  readonly args: unknown;
  readonly id?: string;
}

/** An answer in text. */
export function say(text: string, options: SayOptions = {}): Reply {
  const deltas = [
    ...(options.reasoning === undefined ? [] : [{ reasoning_content: options.reasoning }]),
    ...pieces(text, options.chunks ?? 3).map((content) => ({ content })),
  ];
  return (exchange) => stream(exchange, deltas, { finish: "stop", ...options });
}

/** Tool calls, each whole in one chunk; `pieces`: arguments in small parts, interleaved over the calls. */
export function callTools(
  calls: readonly ScriptedCall[],
  options: Timing & { readonly pieces?: boolean; readonly text?: string } = {},
): Reply {
  return (exchange) => {
    const whole = calls.map((call, index) => ({
      index,
      id: call.id ?? `call_${exchange.request.index}_${index}`,
      type: "function",
      function: {
        name: call.name,
        arguments: typeof call.args === "string" ? call.args : JSON.stringify(call.args),
      },
    }));
    const text = options.text === undefined ? [] : [{ content: options.text }];
    const deltas = (options.pieces ? interleaved(whole) : whole).map((call) => ({ tool_calls: [call] }));
    return stream(exchange, [...text, ...deltas], { finish: "tool_calls", ...options });
  };
}

/** An answer with that HTTP status; an object is sent as JSON. */
export function status(code: number, body: unknown = "", headers: Record<string, string> = {}): Reply {
  const type = typeof body === "string" ? "text/plain" : "application/json";
  return ({ response }) => {
    response.writeHead(code, { "content-type": type, ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

/** Whatever the function writes: garbage, a cut stream (`response.destroy()`), silence. */
export function raw(write: (response: ServerResponse, exchange: Exchange) => Promise<void> | void): Reply {
  return (exchange) => write(exchange.response, exchange);
}

/** No answer at all until the client goes away. */
export function silence(): Reply {
  return ({ signal }) => gone(signal);
}

/** The reply, once `gate` has resolved; nothing is sent before. */
export function hold(gate: Promise<unknown>, reply: Reply): Reply {
  return async (exchange) => {
    await Promise.race([gate, gone(exchange.signal)]);
    if (!exchange.signal.aborted) await reply(exchange);
  };
}

/** A handler that gives the nth request the nth reply, and throws for one too many. */
export function inOrder(...replies: readonly Reply[]): (request: RecordedRequest) => Reply {
  return (request) => {
    const reply = replies[request.index];
    if (reply === undefined) {
      throw new Error(`request ${request.index + 1} came, ${replies.length} were expected`);
    }
    return reply;
  };
}

/** Starts an event stream on a response. */
export function openStream(response: ServerResponse): void {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
  });
  response.flushHeaders();
}

/** One chunk of the wire as a line of the event stream. */
export function sse(chunk: unknown): string {
  return `data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`;
}

/** A `chat.completion.chunk` with one choice. */
export function chunk(delta: unknown, finish: string | null = null): Record<string, unknown> {
  return {
    id: "chatcmpl-scripted",
    object: "chat.completion.chunk",
    created: 0,
    model: "scripted",
    choices: [{ index: 0, delta, finish_reason: finish }],
  };
}

async function stream(exchange: Exchange, deltas: readonly object[], timing: Timing): Promise<void> {
  const { request, response, signal } = exchange;
  await pause(timing.delayMs ?? 0, signal);
  if (signal.aborted) return;
  openStream(response);
  response.write(sse(chunk({ role: "assistant", content: "" })));
  const stepMs = timing.chunkDelayMs ?? (timing.ratePerSecond ? 1000 / timing.ratePerSecond : 0);
  const startedAt = performance.now();
  for (const [index, delta] of deltas.entries()) {
    await pause(startedAt + (index + 1) * stepMs - performance.now(), signal);
    if (signal.aborted) return;
    response.write(sse(chunk(delta)));
  }
  if (timing.finish !== null) response.write(sse(chunk({}, timing.finish)));
  const usage = timing.usage === undefined ? estimate(request, deltas) : timing.usage;
  if (usage !== null && request.body.stream_options?.include_usage) {
    response.write(sse({ ...chunk({}), choices: [], usage }));
  }
  response.end(sse("[DONE]"));
}

function estimate(request: RecordedRequest, deltas: readonly object[]): WireUsage {
  const prompt = Math.ceil(Buffer.byteLength(request.raw) / 4);
  const completion = Math.ceil(Buffer.byteLength(JSON.stringify(deltas)) / 4);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function pieces(text: string, count: number): string[] {
  const size = Math.max(1, Math.ceil(text.length / count));
  return Array.from(
    { length: Math.ceil(text.length / size) },
    (_, i) => text.slice(i * size, (i + 1) * size),
  );
}

interface WireCall {
  readonly index: number;
  readonly id: string;
  readonly type: string;
  readonly function: { readonly name: string; readonly arguments: string };
}

function interleaved(calls: readonly WireCall[]): object[] {
  const heads = calls.map((call) => ({ ...call, function: { name: call.function.name, arguments: "" } }));
  const parts = calls.map((call) =>
    pieces(call.function.arguments, Math.ceil(call.function.arguments.length / 7))
  );
  const longest = Math.max(0, ...parts.map((part) => part.length));
  const rounds = Array.from({ length: longest }, (_, round) =>
    calls.flatMap(({ index }) => {
      const part = parts[index]?.[round];
      return part === undefined ? [] : [{ index, function: { arguments: part } }];
    }));
  return [...heads, ...rounds.flat()];
}

function gone(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
  });
}
