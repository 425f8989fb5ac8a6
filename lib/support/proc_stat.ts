/**
 * The fields of a process on Linux from its state on, of the text of its proc_pid_stat(5): field 3 comes first. The name
 * before them may hold anything. Empty for a text that is none.
 */
export function statFields(stat: string): readonly string[] {
  const end = stat.lastIndexOf(")");
  return end < 0 ? [] : stat.slice(end + 2).trimEnd().split(" ");
}
