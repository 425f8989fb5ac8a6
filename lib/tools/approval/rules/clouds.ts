import type { Arguments } from "../arguments.ts";
import type { Invocation } from "../invocation.ts";
import type { Risk } from "../risk.ts";
import { isFinalOption, isFinalWord, isStrongWord } from "./final_words.ts";
import { each, first, type Rules, when } from "./rule.ts";

const CLOUD = "changes infrastructure";
const HOST = "changes something on a code host";
const DISCARDS = "discards work that may stand nowhere else";

/** Words of clouds, clusters and stores of backups whose effect is final, or is felt by others. */
const FINAL = new RegExp(
  `^(${
    `delete del destroy apply drain uninstall terminate rm rb remove purge prune evict replace rollback undo upgrade deploy undeploy stop halt
    reset reimage disable detach deregister revoke force-unlock mv untaint taint release cancel deallocate rebuild wipe clear flush
    batch-delete decommission revert empty drop patch scale edit set cordon restart reboot up import schedule-key-deletion put-\\S+-policy modify
    authorize abandon failover unset update expire shutdown bulk-delete suspend run-instances create-access-key attach-user-policy
    attach-role-policy put-user-policy forget break-lock compact key trim stepdown repair assassinate removenode promote demote sunset
    archive obliterate delete-topic leave-cluster kill force-leave eject leave push seal unseal rekey step-down down change-resource-record-sets clearsnapshot detach-disk rotate-keys reset-password
    move moveto dedupe rmdirs cleanup rmp rmi put-bucket-\\S+ put-object-acl put-public-\\S+`
      .trim().split(/\s+/).join("|")
  })([-_]|$)`,
);
const READS = new RegExp(
  `^(${
    `get describe list ls show logs top status version explain diff plan validate fmt init output graph providers workspace template search
    lint history completion cluster-info api-resources can-i whoami wait port-forward head-object info inspect view console preview login
    dependency pull repo tail sts synth doctor test docs events context diag\\S* help check snapshots find stats dump cat`
      .trim().split(/\s+/).join("|")
  })(-|$)`,
);
/** What stands before a word that would be final elsewhere: a place for settings of the tool itself. */
const SETTINGS = /^(config|configure|context|alias|completion|plugin|plugins|extension)$/;

/** Rights and keys that somebody gets, and settings and labels that are taken away. */
const RIGHTS =
  /\bcreate (cluster)?rolebinding\b|\bkeys? create\b|\badd-iam-policy-binding\b|\brole assignment create\b|\b(config|env|secrets|vars):(unset|remove)\b|^(label|annotate) .*\S-( |$)/;

/** Who may read it from now on: everybody. */
const FOR_ALL = /(^|[=:])(allUsers|allAuthenticatedUsers|public-read(-write)?)(:|$)/;

/** Clouds, clusters, message brokers, object stores and backups. */
const CLIENTS = `
  kubectl helm helmfile kustomize argocd argo flux istioctl linkerd velero k3s k3d kind minikube kops kubeadm eksctl rke talosctl clusterctl kubectx rancher tkn kn oadm
  terraform pulumi terragrunt cdktf cdk packer waypoint boundary nomad consul vault serf juju salt salt-call salt-ssh puppet chef-client knife cf bosh
  aws gcloud az gsutil bq oci ibmcloud doctl linode-cli hcloud vultr-cli scw openstack nova cinder glance neutron swift heat keystone tilt skaffold garden okteto cfn cfn-cli aliyun tccli yc exo civo upctl
  fly flyctl heroku vercel netlify eb ecs-cli copilot s3cmd s4cmd s5cmd rclone mc azcopy b2 gdrive storj uplink
  databricks snow snowsql snowflake confluent kafka-topics kafka-topics.sh kafka-configs kafka-delete-records kafka-delete-records.sh kafka-consumer-groups kafka-acls rabbitmqctl rabbitmqadmin nats pulsar-admin etcdctl etcdutl influx
  cloudflared stripe twilio auth0 okta sentry-cli newrelic datadog-ci pscale turso neonctl supabase firebase appwrite railway render crictl ctr
  restic borg borgmatic duplicity kopia rdiff-backup tarsnap bup duplicacy attic snapraid rustic hdfs hadoop oozie hbase nodetool cockroach tikv-ctl tiup
  curator elasticsearch-keystore solr zkcli.sh zookeeper-shell zookeeper-shell.sh gluster ceph rados rbd radosgw-admin drbdadm pcs crm corosync-cfgtool stonith_admin qdevice tctl teleport step certbot acme.sh
  squeue scancel scontrol sacctmgr qdel bkill condor_rm mesos marathon dcos portainer nebula proxmox-backup-client ocp govc esxcli vim-cmd xe racadm hponcfg storcli megacli`;

function cloudRisk(args: Arguments, { name }: Invocation): Risk | null {
  const words = args.words.filter((word) => !word.startsWith("-")).slice(0, 5);
  const [verb = "", second = ""] = words;
  if (SETTINGS.test(verb) && !/^(delete|unset|rm|remove)/.test(second)) return null;
  if (name === "kubectl" && (verb === "exec" || (verb === "rollout" && /^(status|history)$/.test(second)))) {
    return null;
  }
  const isFinal = words.slice(0, 4).some((word, index) =>
    isStrongWord(word) ||
    ((FINAL.test(word) || isFinalWord(word)) && !words.slice(0, index).some((before) => READS.test(before)))
  );
  const syncs = args.hasWord("sync", "rsync", "mirror") &&
    args.hasWord("--delete", "-d", "--remove", "--delete-destination");
  if (name === "terraform" && verb === "plan") return null;
  const opens = RIGHTS.test(words.join(" "));
  const sweeps = args.words.some((word) => isFinalOption(word) || FOR_ALL.test(word)) ||
    (args.hasWord("-force", "--force") && !words.some((word) => READS.test(word))) ||
    (name === "tarsnap" && args.hasWord("-d", "--nuke")) ||
    (name === "rclone" && verb === "sync") ||
    (name === "terraform" && args.hasWord("-auto-approve", "-destroy"));
  return isFinal || syncs || sweeps || opens ? CLOUD : null;
}

/** Version control besides git. */
const OTHER_REPOSITORIES: Rules = {
  hg: when(DISCARDS, (args) => {
    const verb = args.words.find((word, at) =>
      !word.startsWith("-") && !/^(--config|-R|--repository|--cwd)$/.test(args.words[at - 1] ?? "")
    ) ?? "";
    return /^(strip|revert|purge|rollback|histedit|abort|backout)$/.test(verb) ||
      (/^(update|up|checkout)$/.test(verb) && (args.has("C") || args.hasLong("clean"))) ||
      (verb === "push" && args.has("f"));
  }),
  svn: when(
    DISCARDS,
    (args) =>
      /^(revert|delete|del|remove|rm|propdel)$/.test(args.verb) ||
      args.hasLong("remove-unversioned", "remove-ignored", "force"),
  ),
  ...each(
    "jj sl fossil bzr brz darcs p4 cvs pijul",
    when(
      DISCARDS,
      (args) =>
        /^(abandon|restore|revert|obliterate|undo|purge|unrecord|unpull|strip|uncommit|clean|clean-tree|hide|scrub|shun|delete|rollback|uncommit|reset|obliterate)$/
          .test(args.verb) ||
        (args.verb === "op" && args.hasWord("restore", "undo", "abandon")) ||
        (/^(bookmark|branch)$/.test(args.verb) && args.hasWord("delete")),
    ),
  ),
};

/** What is on machines of others. */
export const CLOUDS: Rules = {
  ...OTHER_REPOSITORIES,
  ...each(CLIENTS, cloudRisk),
  ipfs: when(
    "publishes something",
    (args) => args.hasWord("add", "publish") && !args.has("n") && !args.hasLong("only-hash"),
  ),
  ...each(
    "ansible ansible-playbook ansible-pull ansible-console",
    when(
      CLOUD,
      (args, { name }) =>
        !args.has("C") && !args.hasLong("check", "syntax-check", "list-hosts", "list-tasks", "list-tags") &&
        (name !== "ansible" ||
          !/^(ping|setup|debug)$/.test(args.valueOf("-m", "--module-name") ?? "command")),
    ),
  ),
  ...each(
    "gh glab hub tea",
    first(
      when(
        HOST,
        ({ operands: [kind = "", verb = ""] }) =>
          kind === "delete" || (/^(ssh|gpg|deploy)-key$/.test(kind) && verb === "add") ||
          (kind === "workflow" && verb === "run") ||
          (kind === "release" && verb === "upload") ||
          /^(delete\S*|merge|create|close|edit|archive|rename|transfer|lock|unlock|reopen|remove|set|disable|cancel|rotate|revoke)$/
              .test(verb) &&
            !/^(auth|alias|config|extension)$/.test(kind),
      ),
      when(HOST, (args) =>
        args.verb === "api" && !args.operands.includes("graphql") &&
        (/^(DELETE|PUT|PATCH|POST)$/i.test(args.valueOf("-X", "--method") ?? "") || args.has("fF") ||
          args.hasLong("field", "raw-field", "input"))),
    ),
  ),
};
