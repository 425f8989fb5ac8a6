import assert from "node:assert/strict";
import { scrubEnvironment } from "../../../lib/tools/terminal/scrub_environment.ts";

Deno.test("scrubEnvironment() keeps what commands need and drops what is named like a secret", () => {
  const kept = {
    PATH: "/bin",
    HOME: "/root",
    LC_ALL: "C",
    EDITOR: "vi",
    SSH_AUTH_SOCK: "/run/agent",
    SSH_KEY_PATH: "/home/me/.ssh/id_rsa",
  };
  const dropped = {
    OPENAI_API_KEY: "1",
    openai_apikey: "2",
    GH_TOKEN: "3",
    DB_PASSWORD: "4",
    PGPASSWORD: "5",
    AWS_SECRET_ACCESS_KEY: "6",
    GOOGLE_APPLICATION_CREDENTIALS: "7",
    npm_config__auth: "8",
    GITHUB_PAT: "9",
    SIGNING_KEY_PATH: "not a path",
    GPG_KEY_ID: "0123456789ABCDEF",
    DATABASE_URL: "postgres://me:hunter2@db.example/app",
    PIP_INDEX_URL: "https://0123456789abcdef-token@index/simple",
    API_BASE: "https://api/v1?api_key=1",
    MYSQL_PWD: "8",
    DB_PASS: "9",
  };
  assert.deepEqual(scrubEnvironment({ ...kept, ...dropped, UNSET: undefined }, []), kept);
});

Deno.test("scrubEnvironment() drops every variable that holds a known secret, whatever its name", () => {
  const env = { TERM: "xterm", INNOCENT: "sk-planted-1", WRAPPED: "Bearer sk-planted-1", OTHER: "x" };
  assert.deepEqual(scrubEnvironment(env, [{ name: "A", value: "sk-planted-1" }]), {
    TERM: "xterm",
    OTHER: "x",
  });
});

Deno.test("scrubEnvironment() is not misled by a secret that is an ordinary word", () => {
  const env = { TERM: "xterm", POSTGRES_USER: "postgres", OTHER: "x" };
  const secrets = ["", "x", "postgres"].map((value) => ({ name: "A", value }));
  assert.deepEqual(scrubEnvironment(env, secrets), env);
});
