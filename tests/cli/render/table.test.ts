import assert from "node:assert/strict";
import { type Column, renderTable } from "../../../lib/cli/render/table.ts";

const COLUMNS: readonly Column[] = [
  { title: "ID", paint: (cell) => `\u001b[31m${cell}\u001b[0m` },
  { title: "TURNS", align: "right", sacrifice: 1 },
  { title: "GOAL" },
];
const ROWS = [["t1", "3", "日本語"], ["漢字", "1,200", "say what it does 👩‍👩‍👧"]];

Deno.test("renderTable() pads by columns of the terminal: wide characters take two, colours none", () => {
  assert.deepEqual(renderTable(COLUMNS, ROWS, { columns: undefined }).split("\n"), [
    "ID    TURNS  GOAL",
    "\u001b[31mt1\u001b[0m        3  日本語",
    "\u001b[31m漢字\u001b[0m  1,200  say what it does 👩‍👩‍👧",
    "",
  ]);
});

Deno.test("renderTable() leaves columns out and cuts the last one where the terminal is narrow", () => {
  assert.deepEqual(renderTable(COLUMNS, ROWS, { columns: 20 }).split("\n"), [
    "ID    GOAL",
    "\u001b[31mt1\u001b[0m    日本語",
    "\u001b[31m漢字\u001b[0m  say what it d…",
    "",
  ]);
});

Deno.test("renderTable() pads a last column that stands at the right", () => {
  const columns: readonly Column[] = [{ title: "KEY" }, { title: "USD", align: "right" }];
  assert.deepEqual(renderTable(columns, [["a", "1"], ["b", "12,345"]], { columns: undefined }).split("\n"), [
    "KEY     USD",
    "a         1",
    "b    12,345",
    "",
  ]);
});
