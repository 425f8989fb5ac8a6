import assert from "node:assert/strict";
import { namesAPlace } from "../../lib/support/names_a_place.ts";

Deno.test("namesAPlace() knows variables that hold a path by name and value", () => {
  const places: Readonly<Record<string, string>> = {
    SSH_KEY_PATH: "/home/me/.ssh/id_ed25519",
    ssl_key_file: "~/keys/server.pem",
    SSH_AUTH_SOCK: "/run/user/1000/keyring/ssh",
    KEYRING_DIR: "C:\\Users\\me\\key ring",
    AWS_SHARED_CREDENTIALS_FILE: "/etc/aws/credentials",
    AWS_WEB_IDENTITY_TOKEN_FILE: "/var/run/secrets/eks.amazonaws.com/serviceaccount/token",
    GOOGLE_APPLICATION_CREDENTIALS: "/srv/app/key.json",
    NIX_KEY_PATH: "/nix/store/8x4k2m1a0b9c7d6e5f4g3h2j1k0l9m8n-keys/a",
  };
  for (const [name, value] of Object.entries(places)) assert.equal(namesAPlace(name, value), true, name);
});

Deno.test("namesAPlace() takes nothing for a path that may be a secret", () => {
  const others: readonly (readonly [string, string])[] = [
    ["SSH_KEY", "/home/me/.ssh/id_ed25519"], // the name does not say so
    ["API_TOKEN_PATH_KEY", "/a/b"],
    ["SSH_KEY_PATH", "hunter2"],
    ["SSH_KEY_PATH", ""],
    ["SSH_KEY_PATH", "/hunter2"],
    ["SECRET_FILE", "-----BEGIN PRIVATE KEY-----\n/a/b"],
    ["TOKEN_FILE", "/9j4AAQSkZJRgABAQAAAQABAAD/2wBDAAM"],
    ["AWS_SECRET_FILE", "/wJalrXUtnFEMI7K7MDENG/bPxRfiCYzzzzzzzzKEY"],
    ["KEY_PATH", "sk-proj-0123456789/abc"],
    ["DB_PASSWORD_FILE", "postgres://me:pw@host/db"],
    ["GPG_KEY_ID", "0123456789ABCDEF"],
  ];
  for (const [name, value] of others) assert.equal(namesAPlace(name, value), false, `${name}=${value}`);
});
