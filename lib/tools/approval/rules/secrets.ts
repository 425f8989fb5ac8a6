import { plainWord } from "../invocation.ts";
import { each, OVERWRITES, pathsOf, type Rules, when } from "./rule.ts";

const READS = "reads passwords or tokens";

/** What gives out what a keyring, a password manager or a login keeps. */
export const SECRETS: Rules = {
  security: when(
    READS,
    (args) => /^(find-(generic|internet)-password|dump-keychain|export|delete-\S+)$/.test(args.verb),
  ),
  "secret-tool": when(READS, (args) => /^(lookup|search|clear)$/.test(args.verb)),
  ...each(
    "pass gopass passage",
    when(READS, (args) =>
      args.words.length > 0 &&
      !/^(ls|list|find|grep|init|git|help|version|generate|insert)$/.test(args.verb)),
  ),
  ...each(
    "op bw lpass keepassxc-cli rbw dashlane protonpass dcli enpass-cli",
    when(
      READS,
      (args) =>
        /^(read|get|show|item|document|run|inject|export|list|fill|clip|code|password)$/.test(args.verb),
    ),
  ),
  ...each(
    "keyring kwallet-query kwalletcli",
    when(READS, (args) => args.words.length > 0 && args.verb !== "list"),
  ),
  git: when(
    READS,
    ({ operands }) =>
      (operands.includes("credential") && operands.includes("fill")) ||
      /^(crypt unlock|secret (reveal|cat))$/.test(operands.slice(0, 2).join(" ")),
  ),
  gh: when(
    READS,
    (args) => args.verb === "auth" && (args.operands[1] === "token" || args.hasLong("show-token")),
  ),
  gcloud: when(
    READS,
    (args) =>
      args.hasWord("print-access-token", "print-identity-token") ||
      (args.hasWord("secrets") && args.hasWord("access")),
  ),
  aws: when(
    READS,
    (args) =>
      args.hasWord(
        "get-secret-value",
        "get-session-token",
        "export-credentials",
        "get-authorization-token",
        "get-login-password",
      ) ||
      (args.hasWord("ssm") && args.hasLong("with-decryption")) ||
      (args.verb === "configure" && args.words.some((word) => /secret|token/.test(word))),
  ),
  az: when(
    READS,
    (args) =>
      args.hasWord("get-access-token") || (args.hasWord("secret") && args.hasWord("show", "download")),
  ),
  kubectl: when(
    READS,
    (args) =>
      args.verb === "get" && args.operands.slice(1, 2).some((word) => /^secrets?(\/|$)/.test(word)) &&
      (args.has("o") || args.hasLong("output")),
  ),
  vault: when(
    READS,
    (args) => /^(read|print)$/.test(args.verb) || (args.verb === "kv" && args.operands[1] === "get"),
  ),
  heroku: when(READS, (args) => /^(config(:get)?|auth:token)$/.test(args.verb)),
  ...each(
    "doppler infisical chamber berglas envchain",
    when(READS, (args) => /^(secrets|export|read|get|access|download)$/.test(args.verb)),
  ),
  "ssh-keygen": (args, invocation, { facts }) =>
    pathsOf(plainWord(args.valueOf("-f") ?? ""), invocation).some((path) => facts.isOld(path)) &&
      !args.has("lyFReiBYDLHrsk")
      ? OVERWRITES
      : null,
  sops: when(
    READS,
    (args) => args.hasWord("-d", "--decrypt", "decrypt", "exec-env", "exec-file") && !args.hasLong("rotate"),
  ),
  ...each(
    "ansible-vault eyaml blackbox blackbox_cat credstash transcrypt dotenvx kubeseal summon teller",
    when(READS, (args, { name }) =>
      name === "blackbox_cat" ||
      /^(view|decrypt|edit|unlock|cat|reveal|get|getall|show)$/.test(args.verb) ||
      args.hasLong("recovery-unseal")),
  ),
  ...each("mimikatz lazagne truffle-dump", () => READS),
};
