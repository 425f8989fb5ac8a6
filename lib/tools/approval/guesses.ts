import { isInterpreter, isShell } from "./interpreters.ts";
import { baseName, type Invocation, plainWord, type ShellWord } from "./invocation.ts";
import { hasRule } from "./program_risks.ts";
import { programName } from "./program_name.ts";
import { runsPrograms } from "./rules/code.ts";
import { wrapperOf } from "./wrappers.ts";

/** Their words are text, names of files or of packages: none is ever a command. */
const PLAIN: ReadonlySet<string> = new Set(
  ("echo printf cat bat head tail grep egrep fgrep rg ag ack zgrep ugrep ls exa eza lsd tree stat file du df wc sort uniq cut tr " +
    "diff cmp comm tee cp mv ln rm mkdir rmdir touch chmod chown test [ [[ true false : cd pushd popd pwd export declare local readonly unset set " +
    "info tldr apropos whatis which type whereis hash help alias history basename dirname realpath readlink seq sleep date cal jq yq " +
    "code subl open say notify-send logger wall figlet cowsay banner espeak base64 md5sum sha256sum shasum xxd od hexdump strings nl rev fold " +
    "apt apt-get aptitude dnf yum pacman apk zypper emerge brew port snap flatpak choco scoop winget pip gem dpkg rpm apt-cache pkg opkg " +
    "git svn hg gh glab hub tea codespell aspell typos cspell vale return exit break continue shift read getopts ps pgrep pidof top htop " +
    "find fd kill groups id who w users getent useradd usermod userdel groupadd curl wget http xh https ssh-keygen lsblk lsof ss netstat")
    .split(" "),
);
/** What stands behind such a word are names of packages. */
const ADDERS: ReadonlySet<string> = new Set(
  "npm pnpm yarn bun cargo go deno uv poetry pdm conda mamba composer bundle nuget dotnet gem cpanm luarocks rustup asdf mise nix-env code"
    .split(" "),
);
const ADDING =
  /^(install|i|ci|add|remove|uninstall|rm|un|get|info|view|show|search|outdated|why|update|upgrade|list|ls|audit|pack|link|require|fetch|download)$/;
/** What follows is for people to read. */
const TEXT_OPTION =
  /^(-m|--?(message|title|body|description|notes?|comment|subject|text|reason|label|format|template|query|jq|filter|prompt|name|summary|grep|author|topic|branch|tag))$/;
/** Names of programs that are also words of everyday: alone they are no sign of a command. */
const COMMON =
  /^(lt|now|up|np|mc|ko|sl|cf|eb|sam|step|render|heat|swift|nova|salt|flux|xe|crm|nats|railway|modal|format|net|sc|route|install|service|trust|date|hostname|history|at|batch|cancel|mail|ip|tc|op|do|then|else|time|command|exec|watch|script|make|go|mix|stack|pack|lift|exo|arp|bridge|mount|init|halt|wipe|trash|rename|setup|expect|view|ex|julia|groovy|crystal|nim|r|bb|jq|bc|dc|m4|hy|raku|perf|retry|ts|source|eval|trap|deployer|cap|copilot|garden|stripe|rollup|parted|up|eas|ec|ed|k|su|h|g|restore|kubectx|service|uv|act|convert|composite|montage|zip|ix|gist|summon|teller|sops)$/;
const SEPARATORS = /[;|&\n]/;
/** How many words of a hidden command are looked at. */
const MAX_HIDDEN = 40;
/** How many guesses are made in one command's words. */
const MAX_GUESSES = 200;

/**
 * What may be commands among the words of a program that is not known to run any: words that begin with a program that
 * can do harm, and such within a word.
 */
export function guesses({ name, args, input }: Invocation): readonly (readonly ShellWord[])[] {
  if (name === null || isPlain(name, args)) return [];
  const found: (readonly ShellWord[])[] = [];
  for (const [index, word] of args.entries()) {
    if (found.length >= MAX_GUESSES) break;
    if (TEXT_OPTION.test(args[index - 1]?.text ?? "")) continue;
    if (index < args.length - 1 && isHarmful(word.likely)) found.push(args.slice(index));
    const isText = isShell(name) || (isInterpreter(name) && !runsPrograms(name, word.text));
    if (!isText && /[\s'"(]/.test(word.text)) found.push(...hidden(word.text));
  }
  const isRead = input?.isStatic === true && (!isInterpreter(name) || runsPrograms(name, input.text));
  return isRead && !isShell(name) ? [...found, ...hidden(input.text)] : found;
}

/** Whether no word of a program is ever a command, or anything but a name. */
export function isPlain(name: string, args: readonly Pick<ShellWord, "text">[]): boolean {
  if (PLAIN.has(name)) return true;
  const verb = args.find(({ text }) => !text.startsWith("-"))?.text ?? "";
  return ADDERS.has(name) && ADDING.test(verb);
}

/** Commands in the text of a word: of a program in another language, or of a configuration. */
function hidden(text: string): readonly (readonly ShellWord[])[] {
  const words = text.split(/([;|&\n])|[\s'"`()[\]{},!=<>]+/).filter((word) =>
    word !== undefined && word !== ""
  );
  const found: (readonly ShellWord[])[] = [];
  for (const [index, word] of words.entries()) {
    if (found.length >= MAX_GUESSES) break;
    if (!isHarmful(word)) continue;
    const rest = words.slice(index, index + MAX_HIDDEN);
    const end = rest.findIndex((each) => SEPARATORS.test(each));
    if (end !== 1) found.push(rest.slice(0, end < 0 ? undefined : end).map(plainWord));
  }
  return found.filter((each) => each.length > 1);
}

function isHarmful(word: string): boolean {
  const base = baseName(word);
  if (base === "" || base.length > 40 || base.startsWith("-") || COMMON.test(base)) return false;
  const name = programName(base);
  return hasRule(name) || isShell(name) || isInterpreter(name) || wrapperOf(name) !== undefined;
}
