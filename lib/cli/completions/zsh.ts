import { TASK_IDS_COMMAND } from "./task_ids_command.ts";
import type { CommandWords } from "./words.ts";

/** A `#compdef` function for zsh: follows the commands on the line, then describes their words; files otherwise. */
export function zshScript(name: string, commands: readonly CommandWords[]): string {
  const branches = commands.map(({ path, commands: below, options, takesTasks }) => {
    const words = below.map(({ text, about }) => described(text, about)).join(" ");
    const flags = options.flatMap(({ forms, about }) => forms.map((form) => described(form, about))).join(
      " ",
    );
    return `    ${quote(path.join(" "))}) commands_=(${words}) options_=(${flags})${
      takesTasks ? " takes_tasks_=1" : ""
    } ;;`;
  });
  const paths = commands.filter(({ path }) => path.length > 0).map(({ path }) => quote(path.join(" ")));
  return `#compdef ${name}
_${name}() {
  local path_ word takes_tasks_
  local -a commands_ options_ tasks_
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${path_:+$path_ }$word" in
      ${paths.join("|")}) path_="\${path_:+$path_ }$word" ;;
    esac
  done
${valueCases(commands)}  case "$path_" in
${branches.join("\n")}
  esac
  if [[ -n "$takes_tasks_" ]]; then
    tasks_=(\${(f)"$("$words[1]" ${TASK_IDS_COMMAND} 2>/dev/null)"})
    tasks_=(\${tasks_/$'\\t'/:})
    (( $#tasks_ )) && _describe task tasks_ && return
  fi
  _describe command commands_ && return
  _describe -o option options_ && return
  _files
}
if [ "$funcstack[1]" = "_${name}" ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

/** Behind an option whose values are known only these are offered. */
function valueCases(commands: readonly CommandWords[]): string {
  const cases = commands.flatMap(({ path, options }) =>
    options.filter(({ values }) => values.length > 0).map(({ forms, values }) => {
      const places = forms.map((form) => quote(`${path.join(" ")} ${form}`)).join("|");
      return `    ${places}) compadd -- ${values.map(quote).join(" ")}; return ;;\n`;
    })
  );
  return cases.length === 0 ? "" : `  case "$path_ \${words[CURRENT-1]}" in\n${cases.join("")}  esac\n`;
}

/** \`word:what it does\`, in which a colon of the word would end it. */
function described(word: string, about: string): string {
  return quote(`${word.replaceAll(":", "\\:")}:${about}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
