import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { type Answer, answerOf, type ChatRequest } from "./script.ts";
import { clockMs, ONE_SHOT, type Scenario, type SeenRequest } from "./scenario.ts";

/**
 * The model server of the bench, in a process of its own. `PUT /scenario` sets what it plays and forgets what it
 * saw, `GET /seen` tells what it saw, anything else is a chat request. Its port is the first line it prints.
 */
let scenario: Scenario = ONE_SHOT;
let seen: SeenRequest[] = [];

async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const receivedAt = clockMs();
  const body = Buffer.concat(chunks);
  if (message.url === "/scenario") {
    scenario = JSON.parse(body.toString());
    seen = [];
    response.end();
  } else if (message.url === "/seen") response.end(JSON.stringify(seen));
  else await chat({ body, receivedAt }, response);
}

async function chat(
  { body, receivedAt }: { body: Buffer; receivedAt: number },
  response: ServerResponse,
): Promise<void> {
  const request: ChatRequest = JSON.parse(body.toString());
  const answer = answerOf(request, scenario);
  const log = seen;
  response.writeHead(200, { "content-type": "text/event-stream" });
  if (answer.tokensPerSecond > 0) await streamTokens(answer, { receivedAt, response });
  else await sleepUntil(receivedAt + answer.latencyMs);
  const { who, turn } = answer;
  log.push({ who, turn, bytes: body.length, receivedAt, endedAt: clockMs() });
  response.end(finalEvents(answer));
}

/** Sends a token at a time until the answer's time is over. */
async function streamTokens(
  { tokensPerSecond, latencyMs }: Answer,
  { receivedAt, response }: { receivedAt: number; response: ServerResponse },
): Promise<void> {
  const token = event({ content: "token " }, null);
  const count = Math.floor(tokensPerSecond * latencyMs / 1000);
  for (let sent = 1; sent <= count && !response.destroyed; sent++) {
    await sleepUntil(receivedAt + sent * 1000 / tokensPerSecond);
    response.write(token);
  }
}

function finalEvents({ delta, finish }: Answer): string {
  const usage = { choices: [], usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 } };
  return `${event(delta, null)}${event({}, finish)}data: ${JSON.stringify(usage)}\n\ndata: [DONE]\n\n`;
}

function event(delta: object, finish: string | null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return `data: ${
    JSON.stringify({ id: "bench", object: "chat.completion.chunk", model: "bench", choices })
  }\n\n`;
}

function sleepUntil(at: number): Promise<void> {
  const ms = at - clockMs();
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}

const server = createServer((message, response) => void serve(message, response));
server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, () => {
  console.log((server.address() as AddressInfo).port); // a TCP server that listens has one
});
process.stdin.once("end", () => process.exit(0)).resume();
