import type { Arguments } from "../arguments.ts";
import type { Invocation } from "../invocation.ts";
import type { Risk } from "../risk.ts";
import { each, first, holds, type Rules, UNKNOWN, when } from "./rule.ts";
import { PUBLISHES } from "./packages.ts";

const CLOUD = "changes infrastructure";
const DATABASE = "deletes from a database";
const CONTAINERS = "deletes containers or what they keep";
const ESCAPES = "starts a container that reaches the machine around it";
const HOST = "changes something on a code host";
const SERVER = "changes or deletes something on a server";
const SENDS_FILES = "sends files to a server";
const OPENS_SHELL = "opens a shell to the network";

const SQL =
  /\b(drop|truncate)\s+(table|database|schema|index|view|column|user|role|keyspace|collection|materialized|sequence|function|trigger|type|tablespace|stream|if|measurement|series|bucket)\b|\btruncate\s+\w|\bdelete\s+from\s+(?![^;]*\bwhere\b)|\bdelete\s+from\b[^;]*\bwhere\s+(1\s*=\s*1|true|1)\b|\bupdate\s+\S+\s+set\b(?![^;]*\bwhere\b)|\balter\s+(table|database)\b[^;]*\bdrop\b|\bdrop\s+owned\b|\breset\s+(master|slave|binary)\b|\bgrant\s+all\b|\balter\s+(user|role)\b|\bcopy\b[^;]*\b(to|from)\s+program\b|\binto\s+(outfile|dumpfile)\b|\bpg_terminate_backend\b|\bxp_cmdshell\b|\bload_extension\b|^\s*\.(shell|system)\b|\\!\s*\w|\bsystem\s+(rm|drop)\b|\bpurge\s+binary\b|\bdetach\s+delete\b|\bdrop\s+(constraint|all)\b|\bmatch\s*\(\w*\)\s*(optional\s.*)?(detach\s+)?delete\b/i;
const DOCUMENTS =
  /\bdropDatabase\b|\.drop(Index(es)?|User|Role|Collection)?\s*\(|\b(deleteMany|remove|deleteOne|findOneAndDelete)\s*\(\s*(\{\s*\})?\s*[),]|\bshutdownServer\b|\bdropAllUsers|\bupdateMany\s*\(\s*\{\s*\}/;
const KEY_VALUES =
  /^(flushall|flushdb|shutdown|config|swapdb|script|debug|slaveof|replicaof|flush_all|failover|reset|unlink|del)$/i;
const DESTROYING =
  /^(delete|destroy|apply|drain|uninstall|terminate|rm|rb|remove|purge|prune|cordon|taint|evict|replace|patch|scale|rollback|undo|edit|set|unset|label|annotate|expose|autoscale|upgrade|up|down|deploy|undeploy|stop|halt|reset|reimage|disable|detach|deregister|revoke|put|update|import|untaint|force-unlock|mv|cp|sync|create|start|restart|resize|failover|release|cancel|invalidate|unpublish|deallocate|redeploy|add|attach|modify|reboot|run|exec|refresh|state|promote|move|wipe|clear|flush|trigger|approve|bulk-delete|batch-delete|abort|decommission|rebuild|revert|empty|drop|authorize|generate|rotate)(-|$)/;
const READS =
  /^(get|describe|list|ls|show|logs|top|status|version|explain|diff|plan|validate|fmt|init|output|graph|providers|workspace|config|template|search|lint|history|completion|cluster-info|api-resources|auth|can-i|whoami|wait|port-forward|head-object|info|inspect|view|console|preview|stack|login|dependency|pull|repo|rollout-status|tail|configure|sts|synth|doctor|test|docs|events|context|diag\S*|help)(-|$)/;
/** Of clouds, what is lost or costs when it is done; the rest of what changes is asked about only where it is final. */
const FINAL =
  /^(delete|destroy|apply|drain|uninstall|terminate|rm|rb|remove|purge|prune|evict|replace|rollback|undo|upgrade|deploy|undeploy|stop|halt|reset|reimage|disable|detach|deregister|revoke|force-unlock|mv|untaint|taint|release|cancel|deallocate|rebuild|wipe|clear|flush|batch-delete|decommission|revert|empty|drop|patch|scale|edit|set|cordon|restart|reboot|up|import|schedule-key-deletion|put-\S+-policy|modify|authorize|abandon|failover|unset|update|expire|shutdown|bulk-delete|suspend|run-instances|create-access-key|attach-user-policy|attach-role-policy|put-user-policy|del)(-|$)/;

function cloudRisk(args: Arguments, { name }: Invocation): Risk | null {
  const words = args.words.filter((word) => !word.startsWith("-")).slice(0, 5);
  if (args.isDryRun) return null;
  const isRollout = name === "kubectl" && words[0] === "rollout" && /^(status|history)$/.test(words[1] ?? "");
  if (
    isRollout ||
    (name === "terraform" && /^(plan|validate|fmt|init|show|output)$/.test(words[0] ?? "")) &&
      !args.hasWord("-destroy")
  ) return null;
  const verb = words.findIndex((word) => FINAL.test(word) || READS.test(word));
  const isFinal = words.slice(0, 4).some((word, index) =>
    FINAL.test(word) &&
    (index === 0 || !READS.test(words[index - 1] ?? "") ||
      /^(stack|config|workspace|auth)$/.test(words[index - 1] ?? ""))
  );
  const isKubeconfig = name === "kubectl" && words[0] === "config" &&
    /^(use-context|set-context|current-context|view|get-\S+)$/.test(words[1] ?? "");
  const isLocal = /^config$|^configure$/.test(words[0] ?? "");
  if (isKubeconfig || (isLocal && !/^(delete|unset)/.test(words[1] ?? "")) || verb < 0) {
    return syncs(args) ? CLOUD : null;
  }
  if (name === "kubectl" && words[0] === "exec") return null; // its command is looked at
  return isFinal || args.hasLong("auto-approve", "delete", "remove-source-files", "force-destroy") ||
      syncs(args)
    ? CLOUD
    : null;
}

function syncs(args: Arguments): boolean {
  return args.hasWord("sync", "rsync") &&
    (args.hasWord("--delete", "-d", "--delete-destination", "--remove") || args.hasLong("delete"));
}

function databaseRisk(args: Arguments, { input, name }: Invocation): Risk | null {
  const texts = [...args.words, input?.text ?? ""];
  if (texts.some((text) => holds(SQL, text) || holds(DOCUMENTS, text))) return DATABASE;
  return input?.isStatic === false && name !== null && /^(mongosh|mongo)$/.test(name) &&
      args.operands.length === 0
    ? UNKNOWN
    : null;
}

function httpRisk(args: Arguments): Risk | null {
  const method = (args.valueOf("-X", "--request", "--method", "-m") ?? "").toUpperCase();
  const isLocal = args.words.some((word) =>
    /^(https?:\/\/)?(localhost|127\.\d|\[::1\]|0\.0\.0\.0|host\.docker\.internal|[\w.-]+\.(local|localhost|test))([:/]|$)|^:\d*\//
      .test(word)
  );
  const isDelete = /^DELETE|^PURGE/.test(method) ||
    args.operands.slice(0, 1).some((word) => /^(DELETE|PURGE)$/.test(word));
  if (args.words.some((word) => /\/(_shutdown|shutdown|_flush_all)\b/.test(word))) return SERVER;
  if (isLocal) {
    return isDelete && args.words.some((word) => /:9200|:8500|:2379|:5984|:8001|docker/.test(word))
      ? SERVER
      : null;
  }
  if (args.hasLong("unix-socket") && method !== "" && method !== "GET") return SERVER;
  if (isDelete || /^(PUT|PATCH)$/.test(method) || /^(PUT|PATCH)$/.test(args.verb)) return SERVER;
  const sends = args.words.some((word, index) =>
    (/^(-T|--upload-file|--post-file|--body-file)$/.test(args.words[index - 1] ?? "") && word !== "-" ||
      /^--(upload-file|post-file|body-file)=/.test(word) || /^-T./.test(word)) ||
    (/^(-d|-F|--data(-\w+)?|--form|--json)$/.test(args.words[index - 1] ?? "") && /^@|=@/.test(word)) ||
    /^(-d|-F)\S*@|^--(data(-\w+)?|form|json)=\S*@/.test(word)
  );
  return sends ? SENDS_FILES : null;
}

function containerRisk(args: Arguments): Risk | null {
  const [verb, second] = args.operands;
  const word =
    /^(compose|container|image|volume|network|system|builder|buildx|stack|service|swarm|node|secret|config|context|machine|pod|kube|plugin|manifest|trust|sandbox|model|scout)$/
        .test(verb ?? "")
      ? second
      : verb;
  if (reaches(args)) return ESCAPES;
  if (
    /^(push|login)$/.test(word ?? "") || (verb === "buildx" && args.hasLong("push")) ||
    (verb === "build" && args.hasLong("push"))
  ) return PUBLISHES;
  if (
    word === "prune" ||
    (verb === "compose"
      ? word === "rm"
      : /^(volume|network|service|stack|secret|config|node|machine|swarm|system|pod)$/.test(verb ?? "") &&
        /^(rm|remove|leave|reset|destroy|df-clear)$/.test(word ?? ""))
  ) return CONTAINERS;
  if (/^(rm|rmi)$/.test(word ?? "") && (args.has("fva") || args.hasLong("force", "volumes", "all"))) {
    return CONTAINERS;
  }
  if (word === "down" && (args.has("v") || args.hasLong("volumes", "rmi"))) return CONTAINERS;
  return /^(kill|stop|rm|rmi)$/.test(word ?? "") && args.words.some((each) => /\$\(/.test(each))
    ? CONTAINERS
    : null;
}

/** The machine's own files, devices, processes or rights in a container. */
function reaches(args: Arguments): boolean {
  if (!args.operands.slice(0, 2).some((word) => /^(run|create|exec|play|up)$/.test(word))) return false;
  if (
    args.words.some((word) =>
      /^--(privileged|device|cap-add|pid=host|userns=host|ipc=host|security-opt|cgroupns=host|uts=host)/.test(
        word,
      ) &&
      !/^--(device=\/dev\/(dri|null|fuse|video|snd|kvm)|cap-add=(NET_BIND_SERVICE|SYS_PTRACE|NET_RAW))|^--security-opt=(no-new-privileges|label)/
        .test(word)
    )
  ) return true;
  const next = (option: string) =>
    args.words.flatMap((word, index) => word === option ? [args.words[index + 1] ?? ""] : []);
  if ([...next("--pid"), ...next("--userns"), ...next("--ipc")].includes("host")) return true;
  const mounts = args.words.flatMap((word, index) =>
    /^(-v|--volume|--mount)$/.test(args.words[index - 1] ?? "")
      ? [word]
      : /^(--volume=|--mount=|-v.)/.test(word)
      ? [word.replace(/^(--volume=|--mount=|-v)/, "")]
      : []
  );
  return mounts.some((mount) => {
    const source = /(?:^|,)(?:source|src)=([^,]*)/.exec(mount)?.[1] ?? mount.split(":")[0] ?? "";
    return /^\/(|etc|root|home|var|usr|boot|dev|proc|sys|lib|bin|sbin|Users|var\/run\/docker\.sock|run\/docker\.sock|var\/lib(\/.*)?|run|etc\/.*|home\/[^/]+|Users\/[^/]+)\/?$/
      .test(source);
  });
}

/** What is not on this machine, or in databases and containers of it. */
export const INFRASTRUCTURE: Rules = {
  docker: containerRisk,
  ...each(
    "gh glab hub tea",
    first(
      when(
        HOST,
        (args) =>
          /^(delete|merge|create|close|edit|archive|rename|transfer|lock|unlock|reopen|remove|set|add|sync|deploy-key|rotate|revoke|disable|enable|cancel|rerun|upload|download-delete|review|ready|pin|unpin|comment|fork|run|approve|unarchive|logout)$/
              .test(args.operands[1] ?? "") &&
            !/^(run|auth|codespace|alias|config|gist)$/.test(args.verb) ||
          /^(gist|repo|codespace|run|cache|release|secret|variable|label|issue|pr|workflow)$/.test(
              args.verb,
            ) &&
            /^(delete\S*|create|edit|cancel|set|disable)$/.test(args.operands[1] ?? ""),
      ),
      when(HOST, (args) =>
        args.verb === "api" &&
        (/^(DELETE|PUT|PATCH|POST)$/i.test(args.valueOf("-X", "--method") ?? "") || args.has("fF") ||
          args.hasLong("field", "raw-field", "input")) &&
        !args.operands.includes("graphql")),
    ),
  ),
  ...each(
    "kubectl helm helmfile kustomize argocd flux istioctl linkerd velero k3s k3d kind minikube kops kubeadm eksctl rke talosctl clusterctl terraform pulumi terragrunt cdktf cdk aws gcloud az gsutil bq oci ibmcloud doctl linode-cli hcloud vultr-cli scw openstack nova cinder glance aliyun tccli yc exo civo fly flyctl heroku vercel netlify s3cmd s4cmd rclone mc azcopy b2 gdrive nomad consul vault packer waypoint boundary salt salt-call puppet chef-client knife juju cf eb ecs-cli copilot databricks snow snowsql snowflake confluent kafka-topics rabbitmqctl rabbitmqadmin nats pulsar-admin etcdctl influx cloudflared cf-terraforming stripe twilio auth0 okta sentry-cli newrelic datadog-ci grafana-cli pscale turso neonctl planetscale supabase firebase appwrite railway render dotcloud gcutil ironic masakari crictl ctr swift keystone mgmtcloud restic borg borgmatic duplicity kopia rdiff-backup tarsnap bup duplicacy attic snapraid wasabi hdfs hadoop yarn-rm spark oozie hbase nodetool cqlsh-admin cockroach tikv-ctl tiup clickhouse-keeper curator elasticsearch-keystore solr zkCli.sh kafka-configs kafka-delete-records kafka-consumer-groups kafka-acls svn p4 bzr cvs fossil darcs hg jj sl perforce cleartool",
    first(
      cloudRisk,
      when(
        CLOUD,
        (args) =>
          args.words.some((word) =>
            /^--(delete|delete-offsets|reset-offsets|remove|destroy|purge|force-delete|prune|auto-approve|rm|drop|strip|revert|destructive|execute)$/
              .test(word) || /^-(rm|rmr|expunge|delete|destroy|skipTrash)$/.test(word)
          ),
      ),
      when(
        CLOUD,
        (args, { name }) =>
          name === "ansible" ||
          /^(hg|svn|jj|fossil|p4)$/.test(name ?? "") && args.operands.slice(0, 1).some((word) =>
              /^(strip|revert|purge|obliterate|abandon|propdel|clean|update|forget|delete|rollback|shelve|histedit|cleanup|restore|scrub)$/
                .test(word)
            ) &&
            (name !== "hg" && name !== "svn" || !/^(update|forget|cleanup)$/.test(args.verb) ||
              args.has("C") || args.hasLong("clean", "remove-unversioned")),
      ),
    ),
  ),
  ...each(
    "ansible ansible-playbook ansible-pull",
    when(
      CLOUD,
      (args, { name }) =>
        !args.has("C") && !args.hasLong("check", "syntax-check", "list-hosts", "list-tasks") &&
        (name !== "ansible" ||
          !/^(ping|setup|debug)$/.test(args.valueOf("-m", "--module-name") ?? "command")),
    ),
  ),
  ...each(
    "psql mysql sqlite3 sqlite sqlcmd duckdb mongosh mongo cqlsh clickhouse-client clickhouse isql isql-fb usql litecli db2 sqlplus bteq vsql trino presto beeline hive impala-shell snowsql bq cypher-shell arangosh influx questdb surreal redis-cli valkey-cli keydb-cli surrealdb edgedb pgbench iredis osqueryi sqlite-utils steampipe dolt impala tsql nzsql monetdb mclient ksql",
    first(
      databaseRisk,
      when(
        DATABASE,
        (args, { name, input }) =>
          /^(redis-cli|valkey-cli|keydb-cli|iredis)$/.test(name ?? "") &&
          ([...args.operands, ...(input?.text ?? "").split(/\s+/)].some((word) => KEY_VALUES.test(word)) &&
              !/^(config|script|debug)$/i.test(args.operands.at(-2) ?? "") ||
            args.words.some((word) => /flushall|flushdb|os\.execute/i.test(word))),
      ),
    ),
  ),
  ...each(
    "dropdb dropuser droplang pg_resetwal pg_dropcluster pg_rewind mysql_secure_installation myisamchk innochecksum",
    () => DATABASE,
  ),
  ...each(
    "mysqladmin pg_ctl pg_ctlcluster initdb mongod rs-stepdown",
    when(
      DATABASE,
      (args) =>
        args.words.some((word) =>
          /^(drop|shutdown|flush-\S+|kill|password|refresh|stop|restart|promote|-m|--shutdown|--repair|start-slave|stop-slave)$/
            .test(word)
        ),
    ),
  ),
  ...each(
    "pg_restore mongorestore mysqlimport pg_upgrade neo4j-admin influxd arangorestore redis-shake",
    when(DATABASE, (args) =>
      args.has("c") && !args.hasLong("schema-only") ||
      args.hasLong("clean", "drop", "delete", "force", "replace", "overwrite-destination")),
  ),
  ...each(
    "memcached-tool memcflush memcrm",
    when(DATABASE, (args, { name }) => name !== "memcached-tool" || args.hasWord("flush", "flush_all")),
  ),
  ...each("http https xh xhs curlie", httpRisk),
  ...each("curl wget aria2c", httpRisk),
  ...each("lwp-request grpcurl websocat httpie", httpRisk),
  ...each(
    "nc ncat netcat socat",
    first(
      when(OPENS_SHELL, (args) =>
        args.has("ec") || args.hasLong("exec", "sh-exec") ||
        args.words.some((word) => /exec:|system:/i.test(word))),
      when(SENDS_FILES, () => false),
    ),
  ),
  ...each("mail mailx sendmail mutt msmtp swaks s-nail neomutt ssmtp", () => "sends something to others"),
  ...each(
    "scp sftp rsync-upload ftp lftp tftp croc wormhole magic-wormhole transfer ffsend gdrive-upload",
    when(
      SENDS_FILES,
      (args, { name }) =>
        name === "scp"
          ? /^[\w.-]+@?[\w.-]*:/.test(args.operands.at(-1) ?? "") &&
            !/^[\w.-]*(backup|staging|dev|test|localhost)\S*:/.test(args.operands.at(-1) ?? "")
          : name === "wormhole" || name === "croc"
          ? args.hasWord("send")
          : /^(ffsend|transfer|gdrive-upload)$/.test(name ?? ""),
    ),
  ),
  ...each(
    "ngrok localtunnel lt bore frpc tmate sshd dropbear teleconsole ttyd gotty wetty shellinabox",
    when(OPENS_SHELL, (args) => args.verb !== "version" && !args.hasWord("config")),
  ),
  ...each(
    "nmap masscan hydra medusa john hashcat sqlmap msfconsole msfvenom nikto aircrack-ng airmon-ng ettercap bettercap responder crackmapexec mimikatz slowloris hping3 wpscan gobuster ffuf patator",
    when(
      "attacks or scans other machines",
      (args) =>
        !args.isDryRun && args.words.length > 0 &&
        !args.words.every((word) => /^(localhost|127\.0\.0\.1|-.*|\d+)$/.test(word)),
    ),
  ),
};

export { DATABASE, DESTROYING, DOCUMENTS, OPENS_SHELL, SERVER, SQL };
