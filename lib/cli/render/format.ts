const UNITS = [[86_400, "d", 3600, "h"], [3600, "h", 60, "m"], [60, "m", 1, "s"]] as const;

/** Seconds for people: `0.4s`, `42s`, `3m05s`, `2h09m`, `4d01h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  const unit = UNITS.find(([size]) => whole >= size);
  if (unit === undefined) return `${whole}s`;
  const [size, name, part, partName] = unit;
  const rest = Math.floor((whole % size) / part);
  return `${Math.floor(whole / size)}${name}${String(rest).padStart(2, "0")}${partName}`;
}

/** A count of tokens for people: `950`, `12.3k`, `1.2M`. */
export function formatTokens(tokens: number): string {
  if (tokens < 1000) return String(tokens);
  if (tokens < 999_950) return `${trimmed(tokens / 1000)}k`;
  return `${trimmed(tokens / 1_000_000)}M`;
}

/** US dollars for people; `-` when no price is known. Less than a cent keeps two digits that count. */
export function formatCost(usd: number | null): string {
  if (usd === null) return "-";
  if (usd === 0) return "$0";
  if (usd < 0.0001) return "<$0.0001";
  return usd < 0.01 ? `$${Number(usd.toPrecision(2))}` : `$${usd.toFixed(2)}`;
}

function trimmed(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "");
}
