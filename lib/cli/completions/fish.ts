import { TASK_IDS_COMMAND } from "./task_ids_command.ts";
import type { CommandWords, OptionWords, Word } from "./words.ts";

/** `complete` lines for fish; a word of a command is offered while that command is the one on the line. */
export function fishScript(name: string, commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ path, commands: below, options, takesTasks }) => [
    ...below.map((word) => `${complete(name, path)} -f -a ${quote(word.text)}${about(word)}`),
    ...(takesTasks ? [`${complete(name, path)} -f -a ${quote(`(__${name}_tasks)`)}`] : []),
    ...options.map((option) => `${complete(name, path)}${flags(option)}${about(option)}`),
  ]);
  return `# fish completion of ${name}
function __${name}_path
  set -l path
  for word in (commandline -opc)[2..]
    switch "$path $word"
${
    pathsOf(commands).map((path) => `      case ${quote(` ${path}`)}\n        set path "$path $word"`).join(
      "\n",
    )
  }
    end
  end
  test "$path" = "$argv[1]"
end
function __${name}_tasks
  set -l words (commandline -opc)
  $words[1] ${TASK_IDS_COMMAND} 2>/dev/null
end
${lines.join("\n")}
`;
}

function complete(name: string, path: readonly string[]): string {
  return `complete -c ${name} -n ${
    quote(`__${name}_path ${quote(path.map((word) => ` ${word}`).join(""))}`)
  }`;
}

function pathsOf(commands: readonly CommandWords[]): string[] {
  return commands.filter(({ path }) => path.length > 0).map(({ path }) => path.join(" "));
}

function flags({ forms, takesValue, values }: OptionWords): string {
  const each = forms.map((form) => form.startsWith("--") ? ` -l ${form.slice(2)}` : ` -s ${form.slice(1)}`);
  if (values.length > 0) return `${each.join("")} -x -a ${quote(values.join(" "))}`;
  return each.join("") + (takesValue ? " -r" : "");
}

function about({ about }: Pick<Word, "about">): string {
  return about === "" ? "" : ` -d ${quote(about)}`;
}

/** In single quotes fish heeds only the backslash and the quote. */
function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
