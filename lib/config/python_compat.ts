import { PYTHON_KEYS } from "./python_keys.ts";
import { adoptEndpoints } from "./python_endpoints.ts";
import { isMap } from "./schema_keys.ts";

/** A map of the file that may be changed. */
export type Draft = Record<string, unknown>;

/** Something that the Python Hermes would heed and we do not, and that the user should know. */
export interface CompatNote {
  readonly keys: readonly PropertyKey[];
  readonly message: string;
}

/** How long the Python Hermes keeps sessions when it is told to remove them and not after how many days. */
const PYTHON_RETENTION_DAYS = 90;

/** Says what is not heeded. */
export type Note = (keys: readonly PropertyKey[], message: string) => void;

/**
 * What the Python Hermes wrote, in our words: known settings are mapped, or left out when they mean nothing here.
 * A file of our own comes out as it went in. The argument is not changed.
 */
export function fromPython(
  value: unknown,
): { readonly value: unknown; readonly notes: readonly CompatNote[] } {
  if (!isMap(value)) return { value, notes: [] };
  const draft: Draft = structuredClone(value);
  const notes: CompatNote[] = [];
  const note: Note = (keys, message) => notes.push({ keys, message });
  adoptEndpoints(draft, note);
  adoptRoutes(draft);
  adoptFallbacks(draft);
  adoptApprovals(draft, note);
  adoptRetention(draft, note);
  adoptWalls(draft, note);
  dropPythonKeys(draft);
  return { value: draft, notes };
}

/** `delegation.routes` as a map of names to models is our `delegation.tiers`. */
function adoptRoutes(draft: Draft): void {
  const { delegation } = draft;
  if (!isMap(delegation) || !isMap(delegation.routes)) return;
  const tiers = Object.entries(delegation.routes).map(([name, route]) => [
    name,
    isMap(route) ? pick(route, ["model", "provider", "reasoning_effort"]) : { model: route },
  ]);
  delegation.tiers = { ...Object.fromEntries(tiers), ...(isMap(delegation.tiers) ? delegation.tiers : {}) };
  delete delegation.routes;
}

/** A bare name in the list is a provider; the older `fallback_model` is a list of one, or more. */
function adoptFallbacks(draft: Draft): void {
  const older = draft.fallback_model ?? [];
  delete draft.fallback_model;
  const listed = draft.fallback_providers ?? [];
  if (!Array.isArray(listed)) return;
  const all = [...listed, ...(Array.isArray(older) ? older : [older])].filter((each) => each !== "");
  if (all.length === 0) return;
  draft.fallback_providers = all.map((each) => {
    if (typeof each === "string") return { provider: each };
    return isMap(each) ? pick(each, ["provider", "model"]) : each;
  });
}

function adoptApprovals(draft: Draft, note: Note): void {
  const { approvals } = draft;
  if (!isMap(approvals)) return;
  if (approvals.mode === "smart" || approvals.mode === "manual") approvals.mode = "dangerous";
  if (approvals.mode === false) approvals.mode = "off"; // YAML 1.1 reads a bare off as false
  if (Array.isArray(approvals.deny) && approvals.deny.length > 0) {
    note(["approvals", "deny"], "not supported: these commands are treated as any other");
  }
  delete approvals.deny;
}

/** There `retention_days` stands beside a switch that is off unless the file says otherwise; null is ours for off. */
function adoptRetention(draft: Draft, note: Note): void {
  const { sessions } = draft;
  if (!isMap(sessions)) return;
  const isTheirs = "_config_version" in draft || PYTHON_KEYS.sessions?.some((name) => name in sessions);
  if (!isTheirs) return;
  const days = sessions.retention_days ?? PYTHON_RETENTION_DAYS;
  const isOn = sessions.auto_prune === true;
  if (!isOn && days !== PYTHON_RETENTION_DAYS) {
    note(
      ["sessions", "retention_days"],
      "not heeded without auto_prune: true beside it, as in the Python Hermes",
    );
  }
  sessions.retention_days = isOn ? days : null;
}

function adoptWalls(draft: Draft, note: Note): void {
  const { security, terminal } = draft;
  if (isMap(security) && typeof security.allow_private_urls === "boolean") {
    draft.web = { allow_private_urls: security.allow_private_urls, ...(isMap(draft.web) ? draft.web : {}) };
  }
  if (!isMap(terminal)) return;
  if (typeof terminal.backend === "string" && terminal.backend !== "local" && terminal.backend !== "") {
    note(["terminal", "backend"], `"${terminal.backend}" is not supported: commands run on this machine`);
  }
  delete terminal.backend;
}

function dropPythonKeys(draft: Draft): void {
  for (const [place, names] of Object.entries(PYTHON_KEYS)) {
    for (const map of mapsAt(draft, place)) {
      for (const name of names) delete map[name];
    }
  }
}

function mapsAt(draft: Draft, place: string): Draft[] {
  if (place === "") return [draft];
  const [section = "", each] = place.split(".");
  const found = draft[section];
  if (!isMap(found)) return [];
  return each === undefined ? [found] : Object.values(found).filter(isMap);
}

function pick(map: Draft, names: readonly string[]): Draft {
  return Object.fromEntries(Object.entries(map).filter(([name]) => names.includes(name)));
}
