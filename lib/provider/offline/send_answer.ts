import { Buffer } from "node:buffer";
import type { ServerResponse } from "node:http";
import { type Clock, delay } from "../../support/clock.ts";
import type { Answer } from "./answer.ts";
import type { Call } from "./calls.ts";
import type { OfflineRequest } from "./read_request.ts";

/** The name of the offline model on the wire. */
export const MODEL = "offline";

/** One answer and where it goes; the signal aborts when nobody waits for it any more. */
export interface Sending {
  readonly request: OfflineRequest;
  readonly answer: Answer;
  readonly response: ServerResponse;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** While it waits, an empty chunk goes out so often, lest the client takes the silence for a failure. */
const ALIVE_MS = 10_000;
/** Into how many chunks a text is cut. */
const PIECES = 3;

/** Sends the answer as a stream of events, the waits in their places. Rejects with the signal's reason. */
export async function sendStream(sending: Sending): Promise<void> {
  const { request, answer, response } = sending;
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const send = (event: object) => void response.write(`data: ${JSON.stringify(event)}\n\n`);
  send(chunk({ role: "assistant", content: "" }));
  for (const part of answer.parts) {
    if ("waitS" in part) await pause(part.waitS, sending, () => send(chunk({})));
    else for (const content of pieces(part.text)) send(chunk({ content }));
  }
  for (const delta of wireCalls(request, answer.calls).flatMap(callDeltas)) {
    send(chunk({ tool_calls: [delta] }));
  }
  send(chunk({}, finishOf(answer)));
  if (request.wantsUsage) {
    send({ ...head("chat.completion.chunk"), choices: [], usage: usageOf(request, answer) });
  }
  response.end("data: [DONE]\n\n");
}

/** Sends the answer as one JSON document, when all its waits are over. Rejects with the signal's reason. */
export async function sendWhole(sending: Sending): Promise<void> {
  const { request, answer, response } = sending;
  for (const part of answer.parts) if ("waitS" in part) await pause(part.waitS, sending, () => {});
  const content = textOf(answer);
  const calls = wireCalls(request, answer.calls);
  const message = {
    role: "assistant",
    content: content === "" && calls.length > 0 ? null : content,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({
    ...head("chat.completion"),
    choices: [{ index: 0, message, finish_reason: finishOf(answer) }],
    usage: usageOf(request, answer),
  }));
}

async function pause(seconds: number, { clock, signal }: Sending, alive: () => void): Promise<void> {
  const end = clock.now() + seconds * 1000;
  for (let leftMs = seconds * 1000; leftMs > 0; leftMs = end - clock.now()) {
    await delay(clock, Math.min(leftMs, ALIVE_MS), signal);
    alive();
  }
}

/** The same answer has the same bytes: no time and no random id in it. */
function head(object: string): object {
  return { id: "chatcmpl-offline", object, created: 0, model: MODEL };
}

function chunk(delta: object, finish: string | null = null): object {
  return { ...head("chat.completion.chunk"), choices: [{ index: 0, delta, finish_reason: finish }] };
}

function finishOf({ calls }: Answer): "stop" | "tool_calls" {
  return calls.length === 0 ? "stop" : "tool_calls";
}

interface WireCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

/** Ids differ over the whole conversation. */
function wireCalls({ messages }: OfflineRequest, calls: readonly Call[]): readonly WireCall[] {
  const before = messages.reduce((count, message) => count + message.calls.length, 0);
  return calls.map(({ name, args }, index) => ({
    id: `call_${before + index + 1}`,
    type: "function",
    function: { name, arguments: JSON.stringify(args) },
  }));
}

/** The name first and the arguments after it, as other servers do. */
function callDeltas(call: WireCall, index: number): readonly object[] {
  const { name, arguments: text } = call.function;
  return [
    { index, id: call.id, type: call.type, function: { name, arguments: "" } },
    ...pieces(text).map((piece) => ({ index, function: { arguments: piece } })),
  ];
}

/** Up to three pieces of about the same length, no character cut in two. */
function pieces(text: string): readonly string[] {
  const characters = Array.from(text);
  const size = Math.max(1, Math.ceil(characters.length / PIECES));
  return Array.from(
    { length: Math.ceil(characters.length / size) },
    (_, index) => characters.slice(index * size, (index + 1) * size).join(""),
  );
}

function textOf({ parts }: Answer): string {
  return parts.map((part) => "text" in part ? part.text : "").join("");
}

/** Four bytes count as a token. */
function usageOf({ bytes }: OfflineRequest, answer: Answer): object {
  const calls = answer.calls.map(({ name, args }) => name + JSON.stringify(args)).join("");
  const prompt = Math.ceil(bytes / 4);
  const completion = Math.ceil(Buffer.byteLength(textOf(answer) + calls) / 4);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}
