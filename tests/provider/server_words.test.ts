import assert from "node:assert/strict";
import fc from "fast-check";
import { PLAIN_DIALECT } from "../../lib/protocol/dialect.ts";
import { errorKind } from "../../lib/provider/error_kinds.ts";
import { lessonOf } from "../../lib/provider/refusal_lessons.ts";
import { serverWords } from "../../lib/provider/server_words.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");

function textOf(body: unknown): string {
  return serverWords(typeof body === "string" ? body : JSON.stringify(body), NOW).text;
}

function waitOf(body: unknown): number | null {
  return serverWords(typeof body === "string" ? body : JSON.stringify(body), NOW).waitMs;
}

Deno.test("serverWords() shows the inner reason wherever it hides", () => {
  const inner = JSON.stringify({ error: { message: "the inner reason", type: "odd" } });
  const cases: [body: unknown, text: string][] = [
    [
      { error: { message: "Provider returned error", code: 400, metadata: { raw: inner } } },
      "Provider returned error: the inner reason (odd)",
    ],
    [
      { error: { message: `litellm.BadRequestError: OpenAIException - ${inner}` } },
      "litellm.BadRequestError: OpenAIException: the inner reason (odd)",
    ],
    [{ error: `Error code: 400 - {'error': {'message': "it isn't there", 'type': 'x'}}` }, "it isn't there"],
    [{ error: { message: `b'${inner}'` } }, "the inner reason (odd)"],
    [JSON.stringify(inner), "the inner reason (odd)"],
    [{ error: { message: inner.slice(0, 30) } }, "the inner"],
    [
      [{ error: { code: 400, message: "in a list", status: "INVALID_ARGUMENT" } }],
      "in a list (INVALID_ARGUMENT)",
    ],
    [{ errors: [{ message: "one" }, { message: "two" }], success: false }, "one: two"],
    [{ errors: ["just one"] }, "just one"],
    [{ detail: "Not Found" }, "Not Found"],
    [{
      detail: [{
        loc: ["body", "stream_options"],
        msg: "Extra inputs are not permitted",
        type: "extra_forbidden",
        input: { a: 1 },
      }],
    }, "body.stream_options: Extra inputs are not permitted (extra_forbidden)"],
    [{ message: { detail: [{ loc: ["body", "n"], msg: "too big" }] } }, "body.n: too big"],
    [{ message: { text: "no field of ours", content: "object" }, detail: "the other" }, "the other"],
    [{ error: { message: "", code: "only_a_code" } }, "only_a_code"],
    [{
      error: {
        status: "FAILED_PRECONDITION",
        details: [{ "@type": "t", reason: "BILLING", detail: "in details" }],
      },
    }, "in details (FAILED_PRECONDITION)"],
    [{ base_resp: { status_code: 1004, status_msg: "login fail" } }, "login fail"],
    [
      { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
      "Overloaded (overloaded_error)",
    ],
    [{ code: "Client specified an invalid argument", error: "the sentence" }, "the sentence"],
    [{ error: { code: "X", message: "same.", details: "same" } }, "same (X)"],
    [
      { error: { message: "<html><head><title>502 Bad &amp; Gateway</title></head><body>x</body></html>" } },
      'a web page, "502 Bad & Gateway"',
    ],
    ["<!-- a --><html><h1>Blocked</h1></html>", 'a web page, "Blocked"'],
    ["<center><h2>no title</h2></center>", "a web page"],
    [
      '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>No &quot;way&quot;</Message></Error>',
      'AccessDenied: No "way"',
    ],
    ["upstream connect error {or so}", "upstream connect error {or so}"],
    ["plain\n words.", "plain words"],
    ["", ""],
    ["null", "null"],
    ["{}", "{}"],
    ["42", "42"],
  ];
  for (const [body, text] of cases) assert.equal(textOf(body), text, JSON.stringify(body));
});

Deno.test("serverWords() never takes what a server echoes for its reason", () => {
  const echoed = { loc: ["body", "messages"], msg: "wrong", input: [{ content: "maximum context length" }] };
  const { text, words } = serverWords(JSON.stringify({ detail: [echoed], failed_generation: "echo" }), NOW);
  assert.deepEqual([text, words], ["body.messages: wrong", "body.messages: wrong"]);
});

Deno.test("serverWords() reads the wait that stands in the body, in every form", () => {
  const retryInfo = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.5s" };
  const cases: [body: unknown, ms: number | null][] = [
    [{ error: { code: 429, message: "x", details: [retryInfo] } }, 34_500],
    [{ error: { message: "x", retry_after: 5 } }, 5_000],
    [{ error: { message: "x", retry_after_ms: 250 } }, 250],
    [{ error: { message: "x", metadata: { retry_after_seconds: 2 } } }, 2_000],
    [{ error: { message: "x", metadata: { headers: { "X-RateLimit-Reset": String(NOW + 7_000) } } } }, 7_000],
    [{ error: { message: "x", metadata: { headers: { "Retry-After": "3" } } } }, 3_000],
    [{ error: { message: "Please try again in 20s. Visit us" } }, 20_000],
    [{ error: { message: "Please try again in 6m0s." } }, 360_000],
    [{ error: { message: "Please try again in 1.898s." } }, 1_898],
    [{ error: { message: "Please try again in 842ms." } }, 842],
    [{ error: { message: "Please retry in 34.07s." } }, 34_070],
    [{ error: { message: "Please retry after 26 seconds." } }, 26_000],
    [{ error: { message: "Rate limited, wait 2 minutes and 3 seconds" } }, 123_000],
    [{ error: { message: "try again in 1 hour" } }, 3_600_000],
    [{ error: { message: "Please try again later, 5 models are busy" } }, null],
    [{ error: { message: "x", retry_after: 99_999_999_999 } }, 7 * 86_400_000],
    [{ error: { type: "usage_limit_reached", resets_in_seconds: 12_345 } }, 12_345_000],
    [{ error: { type: "usage_limit_reached", resets_at: NOW / 1000 + 90 } }, 90_000],
    [{ error: { message: "x", resetsAt: "2026-01-01T00:01:00Z" } }, 60_000],
    [{ error: { message: "x", reset_after_ms: 1_500 } }, 1_500],
    [{ error: { message: "x", details: [{ metadata: { quotaResetDelay: "1h2m3s" } }] } }, 3_723_000],
    [{ error: { message: "x", retry_in_seconds: 4 } }, 4_000],
    [{ error: { message: "x", wait_for_seconds: "9" } }, 9_000],
    [{ error: { message: "x", resets_at: "soon", reset: 4, wait: 5, retry_at: null } }, null],
    ["", null],
  ];
  for (const [body, ms] of cases) assert.equal(waitOf(body), ms, JSON.stringify(body));
});

Deno.test("serverWords() says one short line of whatever it is given", () => {
  const nested = fc.json().map((text) =>
    JSON.stringify({ error: { message: text, metadata: { raw: text } } })
  );
  const cut = fc.tuple(nested, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1)));
  fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json(), nested, cut), (body) => {
    const { text, words } = serverWords(body, NOW);
    assert.ok(text.length <= 300 && !/[\p{Cc}]/u.test(text), text);
    errorKind(403, words);
  }));
});

/** Of 64 kB each: what is quadratic in them takes minutes. */
const HOSTILE: readonly string[] = [
  `${" ".repeat(65_536)}x{"error":"a"}`,
  "' \" ".repeat(16_384) + '{"error":"a"}',
  `<html>${"<title ".repeat(9_000)}`,
  '{"message":"'.repeat(5_000),
  '{"error":'.repeat(7_000),
  "[".repeat(65_536),
  `try again in ${"1".repeat(65_536)}`,
  `try again in ${"1m".repeat(32_768)}x`,
  `try again in 1${" ".repeat(65_536)}s`,
  `try again in ${"1 m, and ".repeat(8_192)}`,
  `try again in ${"wait ".repeat(13_000)}`,
  `insufficient ${"insufficient".repeat(5_000)}`,
  "api key permission exceed ".repeat(2_500),
  "input exceeds ".repeat(5_000),
  "missing required ".repeat(4_000),
];

Deno.test("a refusal takes no long look at a body that is made to be long", () => {
  const body = { max_tokens: 5, include: [], store: true };
  for (const text of HOSTILE) {
    const { words } = serverWords(text, NOW);
    for (const status of [400, 403, 500]) errorKind(status, words);
    const dialect = { ...PLAIN_DIALECT, isApiOpen: true };
    assert.equal(lessonOf({ status: 400, text }, { dialect, body, messages: [] }), null);
  }
});
