/** How alike two texts are, from 0 (nothing in common) to 1 (the same but for case): shared pairs of characters. */
export function similarity(a: string, b: string): number {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  if (left === right) return 1;
  if (left.length < 2 || right.length < 2) return 0;
  const pairs = countPairs(left);
  let shared = 0;
  for (const pair of pairsOf(right)) {
    const left = pairs.get(pair) ?? 0;
    if (left === 0) continue;
    pairs.set(pair, left - 1);
    shared++;
  }
  return 2 * shared / (left.length + right.length - 2);
}

/** At most `count` of the candidates, the most alike first; those below `least` are left out. */
export function nearest(
  wanted: string,
  candidates: readonly string[],
  { count, least }: { readonly count: number; readonly least: number },
): string[] {
  return candidates
    .map((candidate) => ({ candidate, score: similarity(wanted, candidate) }))
    .filter(({ score }) => score >= least)
    .sort((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

function countPairs(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const pair of pairsOf(text)) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  return counts;
}

function* pairsOf(text: string): Generator<string> {
  for (let at = 0; at + 2 <= text.length; at++) yield text.slice(at, at + 2);
}
