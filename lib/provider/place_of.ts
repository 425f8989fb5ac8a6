import type { Lease } from "./provider.ts";

/** Where a request went, in words for an error; never with the key. */
export function placeOf(lease: Lease): string {
  return `"${lease.provider}" (${originOf(lease.baseUrl)}, model "${lease.model}")`;
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "an invalid address";
}
