import type { Arguments } from "../arguments.ts";
import { isInterpreter, isShell } from "../interpreters.ts";
import { type Invocation, plainWord } from "../invocation.ts";
import { keysRisk, writeRisk } from "../path_risks.ts";
import type { Risk } from "../risk.ts";
import { DATABASE, deletesData } from "./databases.ts";
import { OPENS_SHELL, SERVER } from "./servers.ts";
import { holds, OVERWRITES, pathsOf, type Rule, type Scene, UNKNOWN } from "./rule.ts";
import { editsRisk } from "./edits.ts";

const DELETES = "runs a script that deletes files";

/** The calls that delete, by language. */
const DELETING = new RegExp(
  [
    String
      .raw`\brmtree\b|\bos\.(remove|rmdir|removedirs|unlink|truncate|ftruncate|replace)\b|\.(unlink|rmdir)\(|\bsend2trash\b|\bos\.rename\(`, // Python
    String
      .raw`\bunlink(Sync)?\b(?!\s*[=:])|\brm(dir)?Sync\b|\bfs(\.promises|p)?\.(rm|rmdir|unlink|truncate)\b|\brimraf\b|\bdel\(\[|\bfse?\.(remove|emptyDir)|\btruncateSync\b|\bDeno\.(remove|truncate)|\bremoveSync\b|\{[^}]*\brm\b[^}]*\}\s*(=|from)`, // JavaScript
    String
      .raw`\b(File|Dir|Pathname|FileUtils)\S*\.(delete|unlink|rm|rm_r|rm_rf|rmtree|remove\w*|rmdir|truncate)\b|\bFileUtils\b.*\brm|\.(delete|rmtree)\s*$`, // Ruby
    String
      .raw`\bos\.RemoveAll\b|\bfs::remove|\bremove_dir_all\b|\bremove_tree\b|\brmdir\s*[('"$]|\bFiles\.delete|\.delete(Recursively|OnExit|Directory)?\(\)\s*;?|\bfile\.(remove|delete)\b|\bunlink\(|\bfile_put_contents\b|\bos\.remove\b|\bfile\s+delete\b|\bdelete-(file|directory)\b|\bdelete\(\s*['"]|\bFile\.rm(_rf|dir)?!?\b|\bfile:del|\bRemove-Item\b|\bDirectory\.Delete\b|\bFile\.Delete\b|\bdeleteFile\b|\bremoveDirectory\b|\btruncate\s*[('"]`,
    String
      .raw`\brm -\w*[rRf]|["'](sudo\s+)?(rm|unlink|shred|truncate)\s+["']\s*[.+,&%\w$]|\bshutil\.move\b|\bremove(Directory|File|Path|Dir)\w*\b|\brm\(|(?<![.\w])remove\(`,
  ].join("|"),
);
/** The calls that run other programs. */
const RUNNING =
  /\b(os\.(system|popen|exec\w*|spawn\w*)|subprocess|popen\w*|pty\.spawn|child_process|exec(a|Sync|File|FileSync|v|vp|l|lp|ve)?\b|spawn(Sync)?\b|system\b|qx\b|shell_exec|passthru|proc_open|Deno\.Command|Bun\.(spawn|\$)|Runtime|ProcessBuilder|Process\.(run|start|spawn)|os\/exec|io\.popen|os\.execute|Open3|Kernel|do shell script|getline|shell-command\w*|call-process|start-process|termopen|jobstart|Start-Process|Invoke-\w+|iex|command!?\b|sh\b|run\b|\$`)|`|^\s*\d*!|:!|\|\s*["']/;
const SED_RUNS = /(^|[;{}\s\d$/!])e(\s+\S|$)|^s(.).*\2[gpiI0-9]*e[gpiI0-9]*$/;
/** What comes from elsewhere and is run. */
const FETCHED =
  /\b(exec|eval|system|compile|Function|load|require|instance_eval|source|iex|Invoke-Expression)\b[\s\S]{0,200}(urlopen|requests\.get|urllib|fetch\(|b64decode|Base64|base64|atob|fromhex|unhexlify|decompress|marshal|zlib|rot13|codecs|http\.get|https\.get|Net::HTTP|open-uri|URI\.open|curl|DownloadString|unpack|pack\(|fromCharCode|chr\()|(urlopen|DownloadString|b64decode|atob)[\s\S]{0,200}\b(exec|eval|iex|Invoke-Expression)\b|__import__\(\s*['"](os|subprocess|shutil|socket)|getattr\(\s*(os|shutil|__)|getattr\(__import__/;
const SOCKET = /\bsocket\b|\bTCPSocket\b|fsockopen|net\.connect|\/dev\/tcp\//;
const SOCKET_SHELL =
  /\bsubprocess\b|pty\.spawn|\bdup2\b|\/bin\/(ba|z|da)?sh\b|\bIO\.popen\b|\bproc_open\b|cmd\.exe|\/dev\/tcp\//;
const HTTP =
  /\brequests?\.(delete|put|patch)\(|\b(axios|httpx|http|client|session)\.(delete|put|patch)\(|method['"]?\s*[:=]>?\s*['"](DELETE|PUT|PATCH)\b|\bNet::HTTP::(Delete|Put|Patch)|-Method\s+(Delete|Put|Patch)/i;
const SYSTEM =
  /\bos\.(kill|killpg)\(\s*(-1|1)\s*,|\bos\.set(e?uid|e?gid|resuid)\b|\bos\.(chmod|fchmod)\([^)]*(0o?[0-7]?[0-7]{2}[2367]\b|511|S_IWOTH|S_ISUID)|\bchmodSync\([^)]*(0o?777|['"]777)|\bos\.fork\(\)[\s\S]*while|while[\s\S]*\bos\.fork\(\)|\bprocess\.kill\(\s*-?1\b|\bctypes\b[\s\S]*(syscall|reboot|mount)|\bchmod\s+0?777|\bkillall\b|\bsmtplib\b|\bFileUtils\.chmod_R/;
/** Keys as code writes their paths, joined or not. */
const KEYS =
  /[\/'"\s](\.ssh[\/'"](?!\S*(known_hosts|\.pub|config))|\.aws[\/'"]|\.gnupg|\.netrc|\.pgpass|\.kube[\/'"]|\.git-credentials|\.docker\/config|\.mozilla|\.bash_history|\.zsh_history|\.config\/gcloud|google-chrome|\.hermes\b)|id_(rsa|ed25519|ecdsa)\b(?!\.pub)|\/etc\/g?shadow|\/proc\/(self|\d+)\/(environ|mem)|HERMES_HOME|\bkeyring\.get|find-generic-password|security\s+dump|login\.keychain|logins\.json|key4\.db/;
/** The calls that write files. */
const WRITING =
  /\bopen\w*\([^)]*['"](w|a|x|r\+|wb|ab|w\+)['"]|\bwrite(File|FileSync|_text|_bytes|TextFile)?\b|\bcopy(file|2|tree|FileSync)?\(|\bsymlink|\brename(Sync)?\b|\bFile\.(write|open|rename)|['"]\s*>\s*|\bappendFile|\bfile_put_contents|\bspew\b|\bDeno\.write/;
const TRUNCATING =
  /\bopen\b[^;\n]{0,40}['"]\+?>[^>]|\bf?open\w*\([^)]*['"](w|wb|w\+|>)['"]|\bwrite(File|FileSync|_text|_bytes|TextFile)\b|\b(File|IO|Bun|Path)\.write\b|\bDeno\.write|\bfile_put_contents\b|\bcopyfile\(|\.to_(csv|json|excel|parquet|pickle)\(|\bwriteLines\(|\bwrite\.(csv|table)\(|\bsaveRDS\(|\bnp\.save\w*\(|\bos\.Create\(|\bspit\b|\bwrite-region\b/;

/** Why running a program in an interpreter's language asks, as far as its text says; null: it does not. */
export function codeRisk(code: string, dirs: readonly string[], { ground, facts }: Scene): Risk | null {
  const text = code.slice(0, MAX_CODE);
  if (holds(SOCKET, text) && holds(SOCKET_SHELL, text)) return OPENS_SHELL;
  if (holds(FETCHED, text)) return UNKNOWN;
  if (holds(DELETING, text)) return DELETES;
  if (holds(SYSTEM, text)) return "changes processes, rights or other people's state by a script";
  if (holds(HTTP, text) && !/localhost|127\.0\.0\.1/.test(text)) return SERVER;
  if (deletesData(text)) return DATABASE;
  const paths = [...text.matchAll(/['"`][+<>]*([~/.]?[\w.~/-][^'"`\n\s]{0,200})['"`]/g)].map((
    [, path = ""],
  ) => path.replace(/^~(?=\/)/, ground.home));
  const empties = holds(TRUNCATING, text) && !holds(READING, text);
  for (const path of paths.slice(0, MAX_PATHS)) {
    const held = keysRisk(path, dirs[0] ?? "/", ground);
    if (held !== null) return held;
    const written = holds(WRITING, text) && /^[/.]/.test(path)
      ? writeRisk(path, dirs[0] ?? "/", ground)
      : null;
    if (written !== null) return written;
    if (empties && pathsOf(plainWord(path), { dirs }).some((each) => facts.isOld(each))) {
      return OVERWRITES;
    }
  }
  return holds(KEYS, text) ? "touches files that hold keys" : null;
}

/** Who reads a file and writes it is at work on it. */
const READING =
  /\bread(_text|_bytes|lines|File|FileSync|TextFile)?\s*\(|File\.read\b|\bslurp\b|\bfile_get_contents\b|json\.load\(/;
/** Longer programs are looked at so far. */
const MAX_CODE = 200_000;
const MAX_PATHS = 200;

/** Whether a text in an interpreter's language runs other programs. */
export function runsPrograms(name: string, text: string): boolean {
  return name === "sed" ? holds(SED_RUNS, text) : holds(RUNNING, text);
}

/** Why an interpreter asks by its words and its input. */
const interpreterRule: Rule = (args, invocation, scene) => {
  const { name, args: words, input, dirs } = invocation;
  const texts = [...codesOf(args, invocation), ...(input?.isStatic === true ? [input.text] : [])];
  const edited = editsRisk(invocation, scene);
  if (edited !== null) return edited;
  for (const text of texts) {
    const risk = codeRisk(text, dirs, scene);
    if (risk !== null) return risk;
  }
  if (name === "vim" && words.some(({ text }) => /^\+!|^\+.*!|:!/.test(text) && /rm|dd|sudo/.test(text))) {
    return UNKNOWN;
  }
  const runsInput = input?.isStatic === false &&
    words.every(({ text }) => text === "-" || text === "/dev/stdin");
  const hidesCode = words.some((word, index) =>
    /^(-c|-e|-E|-r|--eval|-p)$/.test(words[index - 1]?.text ?? "") && word.isComputed
  );
  const isReader = name === "sed" || name === "awk" || name === "sqlite3";
  return !isReader &&
      (runsInput || hidesCode || words.some((word) => word.isComputed && /^<\(/.test(word.text)))
    ? UNKNOWN
    : null;
};

/** The words of an interpreter that are programs: those with blanks or calls in them. */
function codesOf({ words }: Arguments, { name }: Invocation): readonly string[] {
  if (name === "sed" || name === "awk") return words.filter((word) => runsPrograms(name, word));
  return words.filter((word) => /[\s("'`;!]/.test(word) || word.length > 40);
}

/** Why a shell asks by its words and its input; what it runs is looked at by itself. */
const shellRule: Rule = (args, { args: words, input }) => {
  const script = words[words.findIndex(({ text }) => /^-[a-z]*c$/.test(text)) + 1];
  const readsInput = args.operands.every((word) => INPUT.test(word)) || args.has("s");
  const isHidden = args.has("c") && !args.operands.includes("--norc")
    ? script?.isStatic === false || standsForInput(script?.text ?? "")
    : words.some(({ isComputed }) => isComputed);
  const isEncoded = words.some(({ text }) => /^-(e|en|enc|encodedcommand)$/i.test(text)) && !args.has("c");
  const isRemoteShell = words.some(({ text }) => /^-i$/.test(text)) && input?.isStatic === false &&
    readsInput;
  return isHidden || isRemoteShell ||
      (isEncoded && words.length > 1 && args.operands.length === 1 &&
        /^[A-Za-z0-9+/=]{20,}$/.test(args.verb)) ||
      (input?.isStatic === false && readsInput && !args.has("c"))
    ? UNKNOWN
    : null;
};

/** Whether a script is only what stands for the input of xargs or parallel. */
function standsForInput(script: string): boolean {
  return /^["']?(\{\}|%|\$[0-9@*]|"\$[0-9@*]")["']?(\s|$)/.test(script.trim());
}

/** Names of the standard input among operands. */
const INPUT = /^(-|\/dev\/(stdin|fd\/0))$/;

/** The rule of a program that runs others' programs; null: it does not. */
export function ruleOfLanguage(name: string): Rule | null {
  return isShell(name) ? shellRule : isInterpreter(name) ? interpreterRule : null;
}
