import process from "node:process";
import { replaceFile } from "../../lib/support/replace_file.ts";

// Run by replace_file.test.ts as root: writes the file named as somebody whom permissions hold, and prints what of it.
const [path = "", text = ""] = Deno.args;
process.seteuid?.(65534);
try {
  replaceFile(path, { bytes: new TextEncoder().encode(text), expects: "either", newMode: 0o666 });
  console.log("done");
} catch (error) {
  console.log(error instanceof Error && "code" in error ? error.code : error);
}
