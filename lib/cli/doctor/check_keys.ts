import { keyRows } from "../auth_list.ts";
import { formatDuration } from "../render/format.ts";
import { type Finding, finding, type Patient } from "./finding.ts";

/** Which keys their servers refuse or let rest. Never shows one. */
export function checkKeys({ home, loaded }: Patient): readonly Finding[] {
  if (loaded === null) return [finding("keys", "warning", "not looked at: config.yaml cannot be used")];
  const rows = keyRows(loaded, home);
  const found = rows.flatMap(({ provider, label, fingerprint, state, cooldown_s }) => {
    const name = `${label ?? fingerprint} of ${provider}`;
    if (state === "ready") return [];
    if (state === "parked") {
      return [
        finding("keys", "warning", `${name} rests for ${formatDuration(cooldown_s)}: its server limits it`),
      ];
    }
    const hint = `Replace it, or once it is mended: hermes auth reset ${provider}`;
    return [finding("keys", "warning", `${name} was refused: ${state}`, hint)];
  });
  if (found.length > 0) return found;
  return [finding("keys", "ok", rows.length === 0 ? "there are none" : `${rows.length} ready`)];
}
