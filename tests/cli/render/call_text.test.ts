import assert from "node:assert/strict";
import { callText } from "../../../lib/cli/render/call_text.ts";

Deno.test("callText() says what a call is about without JSON, where one argument tells it", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["terminal", '{"command":"ls -l \\"a b\\"","timeout_s":5}', 'terminal ls -l "a b"'],
    ["write_file", '{"content":"x","path":"a.txt"}', "write_file a.txt"],
    ["search_files", '{"pattern":"x+","path":"lib"}', "search_files x+"],
    ["web_extract", '{"urls":["http://a","http://b"]}', "web_extract http://a, http://b"],
    ["list_tasks", "{}", "list_tasks"],
    ["odd", '{"depth":3}', 'odd {"depth":3}'],
    ["odd", "[1]", "odd [1]"],
    ["terminal", '{"command":"echo one\\ntwo thr…', "terminal echo one\ntwo thr…"],
    ["terminal", '{"command":"echo \\u00…', 'terminal {"command":"echo \\u00…'],
    ["terminal", '{"timeout_s":5,"command":"ec…', 'terminal {"timeout_s":5,"command":"ec…'],
    ["broken", "not json", "broken not json"],
    ["empty", "", "empty"],
  ];
  for (const [name, about, expected] of cases) assert.equal(callText(name, about), expected);
});
