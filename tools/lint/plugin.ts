import { layers } from "./layers.ts";
import { packages } from "./packages.ts";
import { runtimeGlobals, singleExit } from "./runtime.ts";

/** The laws of the house that a linter can hold. */
const plugin: Deno.lint.Plugin = {
  name: "hermes",
  rules: {
    "layers": layers,
    "packages": packages,
    "runtime-globals": runtimeGlobals,
    "single-exit": singleExit,
  },
};
export default plugin;
