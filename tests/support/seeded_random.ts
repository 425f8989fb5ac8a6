/** Numbers as of `Math.random`, the same for the same seed; without one it is a new one (mulberry32). */
export function seededRandom(seed = Math.floor(Math.random() * 2 ** 32)): {
  readonly seed: number;
  readonly random: () => number;
} {
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { seed, random };
}
