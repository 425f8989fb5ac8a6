import type { Api } from "../protocol/dialect.ts";

/** Paths of single operations, which are not part of a base URL, and the wires that have them. */
const OPERATIONS: readonly (readonly [path: RegExp, api: Api])[] = [
  [/\/(chat\/)?completions$/, "chat"],
  [/\/responses$/, "responses"],
  [/\/messages$/, "messages"],
];

/**
 * The settings of a provider whose `base_url` was given with the path of an operation, without that path: its wire is the
 * one that the path names, unless the settings name one. All else is returned as it is.
 */
export function withoutOperation(provider: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { base_url: baseUrl } = provider;
  if (typeof baseUrl !== "string" || !URL.canParse(baseUrl)) return { ...provider };
  const url = new URL(baseUrl);
  const path = url.pathname.replace(/\/+$/, "");
  const [operation, api] = OPERATIONS.find(([pattern]) => pattern.test(path)) ?? [];
  if (operation === undefined) return { ...provider };
  url.pathname = path.replace(operation, "");
  return { api, ...provider, base_url: url.href.replace(/\/+(?=$|\?)/, "") };
}
