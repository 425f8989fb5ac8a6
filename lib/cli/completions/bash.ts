import { TASK_IDS_COMMAND } from "./task_ids_command.ts";
import type { CommandWords } from "./words.ts";

/** A function for bash's `complete`: follows the commands on the line, then offers their words; files otherwise. */
export function bashScript(name: string, commands: readonly CommandWords[]): string {
  const branches = commands.map(({ path, commands, options, takesTasks }) => {
    const words = [...commands.map(({ text }) => text), ...options.flatMap(({ forms }) => forms)];
    return `    "${path.join(" ")}") words="${words.join(" ")}"${takesTasks ? " tasks=1" : ""} ;;`;
  });
  const paths = commands.filter(({ path }) => path.length > 0).map(({ path }) => `"${path.join(" ")}"`);
  return `# bash completion of ${name}
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} path="" words="" tasks="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${paths.join("|")}) path="\${path:+$path }$word" ;;
    esac
  done
${valueCases(commands)}  case "$path" in
${branches.join("\n")}
  esac
  if [ -n "$tasks" ]; then
    while IFS=$'\\t' read -r word _; do words="$words $word"; done < <("\${COMP_WORDS[0]}" ${TASK_IDS_COMMAND} 2>/dev/null)
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${name}
`;
}

/** Behind an option whose values are known only these are offered. */
function valueCases(commands: readonly CommandWords[]): string {
  const cases = commands.flatMap(({ path, options }) =>
    options.filter(({ values }) => values.length > 0).map(({ forms, values }) => {
      const places = forms.map((form) => `"${path.join(" ")} ${form}"`).join("|");
      return `    ${places}) COMPREPLY=($(compgen -W "${values.join(" ")}" -- "$current")); return ;;\n`;
    })
  );
  return cases.length === 0
    ? ""
    : `  case "$path \${COMP_WORDS[COMP_CWORD-1]}" in\n${cases.join("")}  esac\n`;
}
