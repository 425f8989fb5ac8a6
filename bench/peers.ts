/** The programs measured beside ours: same mock server, two cores, medians. */
export const PEERS = [
  "codex 0.169",
  "claude 2.1",
  "gemini 0.61",
  "pi 0.87",
  "opencode 1.18",
  "qwen 0.24",
  "bare loop",
];

/** Their figures by the name of the row, in the order of {@linkcode PEERS}. */
export const PEER_FIGURES: Readonly<Record<string, readonly string[]>> = {
  "--version, warm, ms": ["45", "9", "1356", "196", "526", "30", "14"],
  "one-shot, ms over ideal": ["104", "374", "1508", "268", "2489", "2096", "13"],
  "fan-out to 4, ms over ideal": ["260", "570", "1590", "1100", "3110", "2930", "20"],
  "fan-out to 32, ms over ideal": ["770", "1150 (20 ran)", "1760", "refused", "5500", "13450", "30"],
  "memory per child, MB": ["1.8", "4", "0.3", "59", "6", "4", "0.1 (worker: 3.2)"],
  "spawn to child's first request (4), ms": ["59", "145", "77", "597", "181", "950", "2"],
  "last child done to parent's next request, ms": ["12", "48–118", "–", "–", "–", "67–106", "2"],
  "child's first request, kB": ["30", "45–50", "47", "8", "24", "62", "–"],
};
