import type { Arguments } from "../arguments.ts";
import type { Invocation } from "../invocation.ts";
import type { Risk } from "../risk.ts";
import { PUBLISHES } from "./packages.ts";
import { each, first, type Rules, when } from "./rule.ts";

/** By its HTTP interface. */
export const SERVER: Risk = "changes or deletes something on a server";
/** Its own, for others. */
export const OPENS_SHELL: Risk = "opens a shell to the network";
const CONTAINERS = "deletes containers or what they keep";
const ESCAPES = "starts a container that reaches the machine around it";
const SENDS_FILES = "sends files to a server";

const LOCAL =
  /^(https?:\/\/)?([\w.-]+@)?(localhost|127\.\d|\[::1\]|0\.0\.0\.0|host\.docker\.internal|[\w.-]+\.(local|localhost|test))([:/]|$)|^:\d*\//;
/** Ports of stores and clusters, which are not somebody's server under development. */
const STORES = /:(9200|8500|2379|5984|8001|2375|15672|8086|6443)\b|docker/;
/** What servers of stores and clusters do away with, as the last parts of addresses. */
const FINAL_PATH =
  /^(?:https?:\/\/)?[\w.-]+(?::\d+)?(?:\/\S*)?\/_?(delete|delete_by_query|destroy|purge|shutdown|flush(_?all)?|reset|truncate|drop|wipe|kill|terminate)(_\w+)?([/?]|$)/i;
const STORE_WORDS = /\b(flush_all|flushall|shutdown|drop\s+table)\b/i;
/** What a client of files is told to change where it is. */
const REMOTE_CHANGE = /(^|[;\n"'])\s*(rm|rmdir|mrm|del|mdel\w*|delete|rename|mv|put|mput|chmod|deltree)\s/;
const METHOD = /^(DELETE|PUT|PATCH|PURGE)$/i;
const DATA_OPTION = /^(-d|-F|--data(-\w+)?|--form|--json)$/;
const FILE_OPTION = /^(-T|--upload-file|--post-file|--body-file)$/;

function httpRisk(args: Arguments, { name }: Invocation): Risk | null {
  const given = args.valueOf("-X", "--request", "--method") ??
    args.operands.find((word) => METHOD.test(word)) ?? "";
  const changes = METHOD.test(given);
  const { words } = args;
  if (words.some((word) => LOCAL.test(word))) {
    return words.some((word) => STORES.test(word)) && (changes || words.some((word) => FINAL_PATH.test(word)))
      ? SERVER
      : null;
  }
  if (words.some((word) => FINAL_PATH.test(word))) return SERVER;
  if (changes || (args.hasLong("unix-socket") && /^POST$/i.test(given))) return SERVER;
  const sends = words.some((word, index) => {
    const option = words[index - 1] ?? "";
    return FILE_OPTION.test(option) || /^--(upload|post|body)-file=|^-T./.test(word) ||
      (DATA_OPTION.test(option) && /^@|=@/.test(word)) ||
      /^-[dF]\S*@|^--(data(-\w+)?|form|json)=\S*@/.test(word);
  });
  return sends || (/^(http|xh)s?$/.test(name ?? "") && words.some((word) => /^[\w-]+@~?[\w./-]+$/.test(word)))
    ? SENDS_FILES
    : null;
}

const GROUP =
  /^(compose|container|image|volume|network|system|builder|buildx|stack|service|swarm|node|secret|config|context|machine|pod|kube|plugin|manifest)$/;
const KEPT = /^(volume|network|service|stack|secret|config|node|machine|swarm|system|pod|compose|plugin)$/;

function containerRisk(args: Arguments): Risk | null {
  const [verb = "", second = ""] = args.operands;
  const word = GROUP.test(verb) ? second : verb;
  if (reaches(args)) return ESCAPES;
  if (/^(push|login)$/.test(word) || (/^(build|buildx)$/.test(verb) && args.hasLong("push"))) {
    return PUBLISHES;
  }
  const isForced = args.has("fva") || args.hasLong("force", "volumes", "all");
  const isGone = word === "prune" || (KEPT.test(verb) && /^(rm|remove|leave|reset|destroy)$/.test(word)) ||
    (/^(rm|rmi)$/.test(word) && isForced) ||
    (word === "down" && (args.has("v") || args.hasLong("volumes", "rmi"))) ||
    (/^(kill|stop|rm|rmi)$/.test(word) &&
      args.words.some((each) => each.includes("$(") || each.includes("`")));
  return isGone ? CONTAINERS : null;
}

const RIGHTS =
  /^--(privileged|device|cap-add|pid=host|userns=host|ipc=host|security-opt|cgroupns=host|uts=host)/;
const USUAL_RIGHTS =
  /^--(device=\/dev\/(dri|null|fuse|video|snd|kvm)|cap-add=(NET_BIND_SERVICE|SYS_PTRACE|NET_RAW)|security-opt=(no-new-privileges|label))/;
const HOST_PLACE =
  /^\/(etc|root|home|var|usr|boot|dev|proc|sys|lib\w*|bin|sbin|Users|run|mnt|media|opt|srv|(var\/)?run\/docker\.sock|(var\/)?run\/\S+\.sock|var\/lib(\/.*)?|etc\/.*|home\/[^/]+|Users\/[^/]+|root\/.*)?\/?$/;

/** The machine's own files, devices, processes or rights in a container. */
function reaches(args: Arguments): boolean {
  if (!args.operands.slice(0, 2).some((word) => /^(run|create|exec|play|up)$/.test(word))) return false;
  if (args.words.some((word) => RIGHTS.test(word) && !USUAL_RIGHTS.test(word))) return true;
  return args.words.some((word, index) => {
    const option = args.words[index - 1] ?? "";
    if (/^--(pid|userns|ipc|uts)$/.test(option)) return word === "host";
    const mount = /^(-v|--volume|--mount)$/.test(option)
      ? word
      : /^(?:--volume=|--mount=|-v)(.+)/.exec(word)?.[1];
    if (mount === undefined) return false;
    return HOST_PLACE.test(/(?:^|,)(?:source|src)=([^,]*)/.exec(mount)?.[1] ?? mount.split(":")[0] ?? "");
  });
}

/** What reaches other machines, or containers on this one. */
export const SERVERS: Rules = {
  docker: containerRisk,
  ...each("http https xh xhs curlie curl wget aria2c hurl lwp-request", httpRisk),
  ...each(
    "nc ncat netcat socat telnet",
    first(
      when(
        OPENS_SHELL,
        (args) =>
          args.words.some((word) => /^-[a-z]*[ec]$/.test(word)) || args.hasLong("exec", "sh-exec") ||
          args.words.some((word) => /exec:|system:/i.test(word)),
      ),
      when(SERVER, (_, { input }) => STORE_WORDS.test(input?.text ?? "")),
      when(
        SENDS_FILES,
        (args, { input }) =>
          input?.isStatic === false && !args.has("lz") && !args.words.some((word) => LOCAL.test(word)),
      ),
    ),
  ),
  ...each(
    "mail mailx sendmail mutt msmtp swaks s-nail neomutt ssmtp",
    when("sends something to others", (args) => args.words.length > 0),
  ),
  ...each("croc wormhole ffsend", when(SENDS_FILES, (args) => args.hasWord("send", "upload"))),
  ...each(
    "slackcat telegram-send pastebinit wgetpaste fpaste dpaste ix sprunge gist hastebin termbin",
    when(SENDS_FILES, (args, { input }) => args.words.length > 0 || input !== null),
  ),
  "ssh-copy-id": when(SERVER, (args) => !args.has("n") && args.words.length > 0),
  ...each(
    "sftp ftp lftp ncftp cadaver smbclient",
    when(SERVER, (args, { input }) =>
      args.hasWord("-b") ||
      [...args.words, input?.text ?? ""].some((text) => REMOTE_CHANGE.test(text))),
  ),
  ...each(
    "ngrok localtunnel lt bore frpc tmate sshd dropbear ttyd gotty wetty shellinabox chisel",
    when(OPENS_SHELL, (args) => args.verb !== "version" && args.verb !== "config"),
  ),
  ...each(
    "masscan hydra medusa sqlmap msfconsole msfvenom bettercap responder slowloris hping3 patator",
    when("attacks other machines", (args) => args.words.length > 0),
  ),
};
