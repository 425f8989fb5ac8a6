import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { createRedactor } from "../../lib/support/redact.ts";

const KEY = `p"l\\an+ted/key ä-1`;
const redactor = createRedactor([
  { name: "MY_KEY", value: KEY },
  "another-key",
  "another-key-2",
  "short",
  { name: "DB_PASSWORD", value: "hunter" },
]);
const HEX = "0123456789abcdef0123456789abcdef0123456789abcdef";

Deno.test("Redactor.text() finds a known secret in every spelling", () => {
  const base64 = Buffer.from(KEY).toString("base64");
  const spelled = [
    KEY,
    JSON.stringify(KEY).slice(1, -1),
    encodeURIComponent(KEY),
    new URLSearchParams({ k: KEY }).toString().slice(2),
    base64,
    base64.replace(/=+$/, ""),
    Buffer.from(`${KEY}\n`).toString("base64"),
    Buffer.from(KEY).toString("base64url"),
  ];
  for (const form of spelled) {
    assert.equal(redactor.text(`a ${form} b`), "a [redacted: MY_KEY] b", form);
  }
});

Deno.test("Redactor.text() finds a secret of several lines line by line", () => {
  const pem =
    "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\r\n  AQEFAASCBKcwggSjAgEA\npassword\n-----END KEY-----\n";
  const lines = createRedactor([{ name: "DEPLOY_KEY", value: pem }]);
  assert.equal(lines.text(pem), "[redacted: DEPLOY_KEY]");
  assert.equal(
    lines.text("1\t-----BEGIN KEY-----\n2\tMIIEvQIBADANBgkqhkiG9w0B\n3\t  AQEFAASCBKcwggSjAgEA\n4\tpassword"),
    "1\t-----BEGIN KEY-----\n2\t[redacted: DEPLOY_KEY]\n3\t  [redacted: DEPLOY_KEY]\n4\tpassword",
  );
});

Deno.test("Redactor.text() prefers the longer secret and leaves words alone", () => {
  assert.equal(redactor.text("another-key-2 another-key"), "[redacted: secret] [redacted: secret]");
  assert.equal(redactor.text("a short text"), "a short text");
});

Deno.test("Redactor.text() looks for an ordinary word only where it is assigned to a password", () => {
  const words = createRedactor([
    { name: "POSTGRES_PASSWORD", value: "postgres" },
    { name: "ADMIN_TOKEN", value: "admin" },
    { name: "PIN", value: "12345678" },
  ]);
  const ordinary = [
    "docker run postgres:16 && psql -U postgres postgres # the postgres admin",
    'import { postgres } from "postgres"; const admin = users["admin"];',
    "user: admin, POSTGRES_USER=postgres, max_tokens: 12345678, id=12345678",
    "POSTGRES_PASSWORD=postgresql ADMIN_TOKEN=administrator password: admin-2",
  ].join("\n");
  assert.equal(words.text(ordinary), ordinary);
  const assigned: readonly (readonly [string, string])[] = [
    ["POSTGRES_PASSWORD=postgres psql", "POSTGRES_PASSWORD=[redacted: POSTGRES_PASSWORD] psql"],
    ['{"password": "postgres"}', '{"password": "[redacted: POSTGRES_PASSWORD]"}'],
    [`{\\"dbPassword\\":\\"postgres\\"}`, `{\\"dbPassword\\":\\"[redacted: POSTGRES_PASSWORD]\\"}`],
    ["  POSTGRES_PASSWORD: 'postgres'", "  POSTGRES_PASSWORD: '[redacted: POSTGRES_PASSWORD]'"],
    [":password => 'admin'", ":password => '[redacted: ADMIN_TOKEN]'"],
    ["x-token: admin\n", "x-token: [redacted: ADMIN_TOKEN]\n"],
    ["export PIN=12345678", "export PIN=[redacted: PIN]"],
  ];
  for (const [text, expected] of assigned) assert.equal(words.text(text), expected);
});

Deno.test("Redactor.text() finds the secrets of well-known makers", () => {
  const pem = `-----BEGIN RSA PRIVATE KEY-----\n${`${HEX}${HEX}\n`.repeat(20)}-----END RSA PRIVATE KEY-----`;
  const cases = [
    [`k=sk-${HEX}`, "k=[redacted: API key]"],
    [`"sk-ant-api03-${HEX}"`, `"[redacted: API key]"`],
    [`sk-proj-a_b-c_${HEX}`, "[redacted: API key]"],
    [`ghp_${HEX.slice(0, 36)}`, "[redacted: GitHub token]"],
    [`github_pat_11ABC_${HEX}`, "[redacted: GitHub token]"],
    [`xoxb-123456-${HEX}`, "[redacted: Slack token]"],
    ["AKIAQ3EGRWE5TSV2VGGZ.", "[redacted: AWS key]."],
    [`AIzaSy${HEX.slice(0, 33)}`, "[redacted: Google key]"],
    [`Authorization: Bearer ${HEX}`, "Authorization: Bearer [redacted: token]"],
    [`eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmN`, "[redacted: token]"],
    ["postgres://me:hunter2@db/x", "postgres://me:[redacted: password]@db/x"],
    [pem, "[redacted: private key]"],
    [JSON.stringify({ pem }), `{"pem":"[redacted: private key]"}`],
    [
      pem.split("\n").map((line, index) => `${index + 1}\t${line}`).join("\n"),
      "1\t[redacted: private key]",
    ],
  ];
  for (const [text = "", expected] of cases) assert.equal(redactor.text(text), expected);
});

Deno.test("Redactor.text() leaves what only looks like a secret as it is, to the byte", () => {
  const image = Buffer.from(Array.from({ length: 30_000 }, (_, i) => (i * i * 31 + i * 7) % 256)).toString(
    "base64",
  );
  const ordinary = [
    "class='sk-fading-circle sk-circle-12-inner-element' task-0123456789abcdef0123456789 risk-1",
    "commit 3fa85f6457174562b3fc2c963f66afa63fa85f64, 3fa85f64-5717-4562-b3fc-2c963f66afa6",
    `![](data:image/png;base64,${image})`,
    "https://example.com:8080/a/b?c=d@e#f http://[::1]:80/ git@github.com:a/b.git user@host",
    "fetch(`https://${user}:${password}@${host}/`); postgres://user:password@localhost/db",
    "headers: { authorization: `Bearer ${token}` } // Bearer authenticationTokenProviderFactory",
    `if (text.includes("-----BEGIN PRIVATE KEY-----")) throw new Error("a key");`,
    "AKIAIOSFODNN7EXAMPLE sk-ant-xxxxxxxxxxxxxxxxxxxxxxxx sk-... ghp_xxx xoxb-your-token-here eyJ.eyJ.x",
    "const sk = ghost; /AIza/ lorem :// a: b@c [redacted: MY_KEY]",
  ].join("\n");
  assert.equal(redactor.text(ordinary), ordinary);
});

Deno.test("Redactor.text() changes nothing that it made", () => {
  const once = redactor.text(`${KEY} http://u:hunter2@h sk-${HEX}`);
  assert.equal(redactor.text(once), once);
});

Deno.test("Redactor.value() redacts strings and keys at any depth, and gives back what holds no secret", () => {
  const clean = { a: [1, null, "x", { b: true }] };
  assert.equal(redactor.value(clean), clean);
  assert.deepEqual(redactor.value({ a: [{ "another-key": "an another-key" }], n: 1 }), {
    a: [{ "[redacted: secret]": "an [redacted: secret]" }],
    n: 1,
  });
});

Deno.test("Redactor.value() makes of each string what text() makes of it, however JSON would spell it", () => {
  const json = JSON.stringify(KEY).slice(1, -1);
  const secret = fc.constantFrom(
    KEY,
    json,
    encodeURIComponent(KEY),
    "another-key",
    `sk-${HEX}`,
    "://u:hunter2@h",
  );
  const text = fc.tuple(fc.string(), fc.option(secret, { nil: "" }), fc.string()).map((parts) =>
    parts.join("")
  );
  fc.assert(
    fc.property(fc.array(text), (texts) => {
      assert.deepEqual(redactor.value({ texts }).texts, texts.map(redactor.text));
    }),
  );
});

Deno.test("Redactor.value() redacts what JSON cannot spell", () => {
  assert.deepEqual(redactor.value({ n: 1n, a: "another-key" }), { n: 1n, a: "[redacted: secret]" });
});

/** Every kind of secret, what is nearly one, and what stands around them. */
const PARTS = [
  KEY,
  "another-key",
  "another-key-2",
  "another",
  "p",
  `sk-${HEX}`,
  `sk-proj-a_b-c_${HEX}`,
  "sk-",
  `ghp_${HEX.slice(0, 36)}`,
  `github_pat_11ABC_${HEX}`,
  `xoxb-123456-${HEX}`,
  "AKIAQ3EGRWE5TSV2VGGZ",
  "AKIAIOSFODNN7EXAMPLE",
  `AIzaSy${HEX.slice(0, 33)}`,
  `hf_${HEX.slice(0, 34)}`,
  `glpat-${HEX.slice(0, 20)}`,
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmN",
  "eyJhbGciOiJIUzI1NiJ9.eyJ",
  "Authorization: Bearer ",
  "Authorization: Basic bWU6aHVudGVyMg==",
  "https://u:",
  "@",
  "hunter2",
  "DB_PASSWORD=",
  '"password": "hunter',
  "hunter",
  `?api_key=${HEX}&token=${HEX}`,
  HEX,
  `-----BEGIN PRIVATE KEY-----\n${HEX}\n-----END PRIVATE KEY-----`,
  `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n${HEX}\n${HEX}`,
  "-----BEGIN CERTIFICATE-----",
  "-----END ",
  "🚀",
  " ",
  "\n",
  '"',
  "=",
  ".",
  " ".repeat(9000),
];

/** A text of such parts, and the sizes of the pieces it comes in, one after the other and then again. */
const TEXT = fc.array(fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom(...PARTS)), { maxLength: 20 })
  .map((parts) => parts.join("").toWellFormed());
const SIZES = fc.oneof(
  fc.constant([1]),
  fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
  fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }),
);

function streamed(whole: string, sizes: readonly number[]): string[] {
  const stream = redactor.stream();
  const out: string[] = [];
  for (let at = 0, i = 0; at < whole.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    out.push(stream.push(whole.slice(at, at + size)));
    at += size;
  }
  return [...out, stream.end()];
}

Deno.test("Redactor.stream() gives in pieces what text() gives of the whole, and no half characters", () => {
  fc.assert(
    fc.property(TEXT, SIZES, (whole, sizes) => {
      const pieces = streamed(whole, sizes);
      assert.equal(pieces.join(""), redactor.text(whole));
      for (const piece of pieces) assert.ok(piece.isWellFormed(), piece);
    }),
    { numRuns: 500 },
  );
});

Deno.test("Redactor.stream() gives out at once what cannot be the beginning of a secret", () => {
  const stream = redactor.stream();
  const given = (pieces: readonly string[]) => pieces.map((piece) => stream.push(piece));
  const harmless = [
    "The",
    " quick",
    " brown",
    " fox",
    "\n",
    "(at",
    " http://host:",
    "/y",
    ")",
    " 漢字",
    " 🚀",
    " 1",
  ];
  assert.deepEqual(given(harmless), harmless);
  assert.deepEqual(given([" an", "oth", "er", " way"]), [" ", "", "", "another way"]);
  assert.deepEqual(given([" sk", "-", "0", "?", "\ud83d", "\ude00"]), [" ", "", "", "sk-0?", "", "😀"]);
  assert.deepEqual(given(["-----BEGIN CERTIFICATE", "-----\n", HEX]), [
    "",
    "-----BEGIN CERTIFICATE-----\n",
    HEX,
  ]);
});
