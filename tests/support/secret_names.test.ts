import assert from "node:assert/strict";
import { isOrdinary } from "../../lib/support/ordinary_value.ts";
import { isSecretName } from "../../lib/support/secret_names.ts";
import { hideUrlSecrets, secretsOfUrls } from "../../lib/support/url_secrets.ts";

Deno.test("isSecretName() knows the names that people give to secrets", () => {
  const secret =
    "OPENAI_API_KEY openai_apikey GH_TOKEN DB_PASSWORD PGPASSWORD MYSQL_PWD DB_PASS AWS_SECRET_ACCESS_KEY " +
    "AWS_ACCESS_KEY_ID GOOGLE_APPLICATION_CREDENTIALS npm_config__auth NPM_AUTH GITHUB_PAT X-Api-Key Authorization " +
    "Set-Cookie clientSecret accessToken api-key sig X-Amz-Signature KEY token";
  const other =
    "PATH HOME PWD OLDPWD LANG EDITOR KEYBOARD MONKEY AUTH_MODE GIT_AUTHOR_NAME SSH_AUTH_SOCK MAX_TOKENS " +
    "TOKEN_LIMIT KEY_SIZE key_env Keyword COMPASS XAUTHORITY PASS_COUNT content-type user-agent version design";
  assert.deepEqual(secret.split(" ").filter((name) => !isSecretName(name)), []);
  assert.deepEqual(other.split(" ").filter(isSecretName), []);
});

Deno.test("isOrdinary() knows short values, words and figures", () => {
  const ordinary = [
    "",
    "abc",
    "hunter2",
    "postgres",
    "Password1!",
    "CHANGEME",
    "development",
    "internationalization",
    "welcome-2024",
    "12345678",
    "127.0.0.1",
    "xxxxxxxxxxxx",
    "lm-studio",
    "your-api-key",
  ];
  const telling = [
    "sk-01234",
    "xkqjzvwtrpma",
    "a1b2c3d4",
    "hunter2hunter2",
    "tr0ub4dor&3",
    "correct horse battery staple",
    "PaSsWoRd",
    "0123456789abcdef",
    "1234567890123456",
    "planted-key",
  ];
  assert.deepEqual(ordinary.filter((value) => !isOrdinary(value)), []);
  assert.deepEqual(telling.filter(isOrdinary), []);
});

Deno.test("secretsOfUrls() and hideUrlSecrets() find passwords, tokens and keys in URLs, and nothing else", () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ["http://me:p%40ss@h/x", ["p%40ss", "p@ss"], "http://***@h/x"],
    ["https://0123456789abcdef-t@h", ["0123456789abcdef-t"], "https://***@h"],
    ["ssh://git@github.com/a", [], "ssh://***@github.com/a"],
    ["h://a/b?x=1&api_key=k1&token=t%201#f", ["k1", "t%201", "t 1"], "h://a/b?x=1&api_key=***&token=***#f"],
    ["see http://h:80/a@b?c=d@e, http://[::1]:1/", [], "see http://h:80/a@b?c=d@e, http://[::1]:1/"],
    ["a: b@c // d:e@f", [], "a: b@c // d:e@f"],
    ["h://a???token=t1?key=k2", ["t1?key=k2"], "h://a???token=***"],
    [`h://a${"?".repeat(300_000)}`, [], `h://a${"?".repeat(300_000)}`],
    ["http://a:b@c and http://d:e@f", ["b", "e"], "http://***@c and http://***@f"],
  ];
  for (const [text, secrets, hidden] of cases) {
    assert.deepEqual([secretsOfUrls(text), hideUrlSecrets(text, "***")], [secrets, hidden], text);
  }
});
