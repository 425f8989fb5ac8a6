import assert from "node:assert/strict";
import { unattended } from "../../../lib/tools/terminal/unattended.ts";

/** What decides, of all that it sets. */
function seen(env: Record<string, string>, names: readonly string[]): unknown {
  const changed = unattended(env);
  return Object.fromEntries(
    names.map((name) => [name, changed[name]?.replace(/^echo ".*" >&2; false$/, "says no")]),
  );
}

Deno.test("unattended() lets no editor wait, whatever variable names it", () => {
  const names = ["EDITOR", "VISUAL", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "SVN_EDITOR", "HGEDITOR"];
  const expected = Object.fromEntries(names.map((name) => [name, "says no"]));
  assert.deepEqual(seen(Object.fromEntries(names.map((name) => [name, "vim"])), names), expected);
  assert.deepEqual(seen({}, names), { ...expected, SVN_EDITOR: undefined, HGEDITOR: undefined });
});

Deno.test("unattended() lets no pager wait, whatever variable names it", () => {
  const names = ["PAGER", "GIT_PAGER", "MANPAGER", "GH_PAGER"];
  const expected = Object.fromEntries(names.map((name) => [name, "cat"]));
  assert.deepEqual(seen(Object.fromEntries(names.map((name) => [name, "less"])), names), expected);
});

Deno.test("unattended() opens no window that asks, and leaves all else as it is", () => {
  const asking = { GIT_ASKPASS: "ksshaskpass", SSH_ASKPASS: "ksshaskpass", SSH_ASKPASS_REQUIRE: "force" };
  assert.deepEqual(
    seen({ ...asking, DISPLAY: ":0", PATH: "/bin" }, [...Object.keys(asking), "DISPLAY", "PATH"]),
    {
      GIT_ASKPASS: "",
      SSH_ASKPASS: "false",
      SSH_ASKPASS_REQUIRE: "never",
      DISPLAY: ":0",
      PATH: "/bin",
    },
  );
});
