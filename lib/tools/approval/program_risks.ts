import { Arguments } from "./arguments.ts";
import { gitRisk } from "./git_risks.ts";
import { SHELLS } from "./inner_commands.ts";
import type { Invocation } from "./invocation.ts";
import type { Risk } from "./risk.ts";

/** Why a program asks, by itself or with these arguments; null: it does not. */
type Rule = (args: Arguments, invocation: Invocation) => Risk | null;

const UNKNOWN = "runs what is only known when it runs";
const SCRIPT_DELETES = "runs a script that deletes files";
const DELETES = "deletes directories with all they hold";

/** The words of `names`, each with the same rule. */
function each(names: string, rule: Rule): Record<string, Rule> {
  return Object.fromEntries(names.split(" ").map((name) => [name, rule]));
}

function when(risk: Risk, test: (args: Arguments) => boolean): Rule {
  return (args) => test(args) ? risk : null;
}

function always(risk: Risk): Rule {
  return () => risk;
}

const RULES: Readonly<Record<string, Rule>> = {
  rm: (args, { args: words, takesMore }) => {
    if (args.has("rR") || args.hasLong("recursive")) return DELETES;
    const isOpen = takesMore || words.some(({ isSplit }) => isSplit);
    return isOpen ? "deletes files that are only known when it runs" : null;
  },
  ...each("find fd fdfind", when("deletes all files that it finds", (args) => args.hasWord("-delete"))),
  ...each("shred wipe srm", always("destroys files for good")),
  dd: when("overwrites a device", (args) => args.words.some((word) => /^of=\/dev\/(?!null$|std)/.test(word))),
  ...each("fdisk sfdisk parted wipefs blkdiscard mkswap", always("overwrites a device")),
  ...each("sudo doas su pkexec runuser", always("runs with the rights of another user")),
  ...each(
    "chmod chown chgrp",
    (args) =>
      args.has("R") || args.hasLong("recursive")
        ? "changes the permissions of whole directories"
        : args.operands.some((word) => /^0?[0-7]?[0-7]{2}[2367]$|^[ugoa]*[oa][+=]\w*w|[+=]\w*s/.test(word))
        ? "opens files to every user"
        : null,
  ),
  ...each("shutdown reboot halt poweroff", always("stops the machine")),
  ...each("init telinit", when("stops the machine", (args) => /^[06]$/.test(args.verb))),
  ...each(
    "systemctl service launchctl rc-service",
    when(
      "starts or stops services",
      (args) =>
        args.hasWord(..."start stop restart enable disable mask kill poweroff reboot halt bootout load unload"
          .split(" ")),
    ),
  ),
  kill: when("ends processes that it did not start", (args) => args.words.slice(1).includes("-1")),
  ...each("pkill killall skill", always("ends processes that it did not start")),
  ...each(
    "crontab at batch",
    when("lets something run later", (args) => !args.has("l")),
  ),
  ...each(
    "useradd userdel usermod groupadd passwd chpasswd visudo mount umount iptables nft ufw insmod modprobe rmmod",
    always("changes the system"),
  ),
  sysctl: when("changes the system", (args) => args.has("wp")),
  ...each(
    "apt apt-get dnf yum pacman brew snap",
    when(
      "removes software",
      (args) =>
        args.hasWord("remove", "purge", "autoremove", "erase", "uninstall") ||
        args.words.some((word) => word.startsWith("-R")),
    ),
  ),
  git: gitRisk,
  ...each(
    "npm pnpm yarn bun cargo gem twine docker podman docker-compose podman-compose",
    (args) =>
      args.operands.slice(0, 2).some((word) => PUBLISHING.has(word)) && args.verb !== "run"
        ? "publishes something"
        : containerRisk(args),
  ),
  gh: when("changes something on a code host", (args) => CHANGING.has(args.operands[1] ?? "")),
  ...each(
    "kubectl helm terraform tofu pulumi aws gcloud az",
    when("changes infrastructure", (args) => args.words.some((word) => INFRASTRUCTURE.test(word))),
  ),
  ...each(
    "psql mysql mariadb sqlite3 sqlcmd duckdb",
    when("deletes from a database", (args) => args.words.some((word) => SQL.test(word))),
  ),
  dropdb: always("deletes from a database"),
  rsync: when(
    "deletes files at the target of a copy",
    (args) => args.words.some((word) => /^--del/.test(word)),
  ),
  ...each(
    "nc ncat socat",
    when(
      "opens a shell to the network",
      (args) => args.has("e") || args.words.some((word) => /exec:|system:/i.test(word)),
    ),
  ),
  ...each("python python3 perl ruby node deno bun php", (args, { input }) => {
    if ([...args.words, input?.text ?? ""].some((text) => DELETING.test(text))) return SCRIPT_DELETES;
    return input?.isStatic === false && args.words.every((word) => word === "-") ? UNKNOWN : null;
  }),
  eval: (_, { args }) => args.some(({ isStatic }) => !isStatic) ? UNKNOWN : null,
  trap: (_, { args }) => args[0]?.isStatic === false ? UNKNOWN : null,
  ...each("source .", (_, { args }) => args.some(({ isComputed }) => isComputed) ? UNKNOWN : null),
  ...each([...SHELLS].join(" "), (args, { args: words, input }) => {
    const script = words[words.findIndex(({ text }) => /^-[a-z]*c$/.test(text)) + 1];
    const readsInput = args.operands.every((word) => INPUT.test(word)) || args.has("s");
    const isHidden = args.has("c") ? script?.isStatic === false : words.some(({ isComputed }) => isComputed);
    return isHidden || (input?.isStatic === false && readsInput) ? UNKNOWN : null;
  }),
};

/** Names of the standard input among operands. */
const INPUT = /^(-|\/dev\/(stdin|fd\/0))$/;
const PUBLISHING: ReadonlySet<string> = new Set(["publish", "unpublish", "yank", "upload", "push"]);
const CHANGING: ReadonlySet<string> = new Set(["delete", "merge", "create", "close", "edit", "archive"]);
const INFRASTRUCTURE = /^(delete|destroy|apply|drain|uninstall|terminate|up|rm|rb|remove)(-\w|$)/;
const SQL =
  /\b(drop|truncate)\s+(table|database|schema|index|view|column)\b|\btruncate\s+\w|\bdelete\s+from\s+(?![^;]*\bwhere\b)/i;
const DELETING =
  /\brmtree\b|\bunlink(Sync)?\s*\(|\bos\.(remove|rmdir|removedirs)\b|\brm(dir)?Sync\b|\bfs\.rm\b|\brm -\w*r/;

/** Docker, where a word follows the verb. */
function containerRisk(args: Arguments): Risk | null {
  const second = args.operands[1] ?? args.operands[0]; // docker-compose has no word before its own
  const isGone = second === "prune" || second === "rm" || (args.verb === "rm" && args.has("f")) ||
    (second === "down" && (args.has("v") || args.hasLong("volumes")));
  return isGone ? "deletes containers or what they keep" : null;
}

/** Why a program that a command line starts asks; null: it does not. */
export function programRisk(invocation: Invocation): Risk | null {
  const { name } = invocation;
  if (name === null) return UNKNOWN;
  if (name.startsWith("mkfs")) return "overwrites a device";
  const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
  return rule?.(new Arguments(invocation), invocation) ?? null;
}
