import { oneOf } from "./one_of.ts";

const BROWSERS = String.raw`
  \.mozilla \.thunderbird \.librewolf \.config/(?:google-chrome|chromium|BraveSoftware|microsoft-edge|vivaldi|opera)[\w-]*
  snap/(?:firefox|chromium|thunderbird) \.var/app/(?:org\.mozilla|com\.google\.Chrome|org\.chromium|com\.brave)[\w.]*
  Library/(?:Cookies|Safari|Application\x20Support/(?:Google/Chrome|Firefox|BraveSoftware|Microsoft\x20Edge))
  AppData/(?:Local|Roaming)/(?:Google/Chrome|Mozilla)`;
const HISTORIES = String.raw`
  \.\w*_?history \.(?:zhistory|histfile|lesshst|dbshell|rediscli_history|node_repl_history|mysql_history)
  \.local/(?:share|state)/(?:fish/fish_history|powershell/PSReadLine|atuin|python_history) \.mongodb/mongosh \.zsh_sessions`;
const LOGINS = String.raw`
  \.(?:netrc|pgpass|my\.cnf|mylogin\.cnf|git-credentials|npmrc|pypirc|yarnrc\.yml|s3cfg|boto|vault-token|databrickscfg|authinfo(?:\.gpg)?)
  \.(?:msmtprc|fetchmailrc|mbsyncrc|offlineimaprc|rhosts|smbcredentials|cifs|vnc/passwd|htpasswd|credentials) _netrc
  \.aws/(?:credentials|cli/cache|sso/cache) \.azure/(?:\w*[tT]oken\w*|service_principal\w*) \.oci/(?:config|.*\.pem) \.bluemix \.aliyun
  \.config/gcloud/(?:credentials|access_tokens|application_default_credentials|legacy_credentials) \.kube/(?:config|cache)
  \.docker/config\.json \.config/containers/auth\.json \.config/git/credentials \.config/(?:gh/hosts|hub|glab-cli|tea|op|doctl|hcloud|linode-cli|scw|netlify|vercel|configstore|heroku|flyctl|github-copilot|sops|age|rclone|ngrok|1Password|Bitwarden|Signal|joplin|stripe)
  \.fly/config\.yml \.terraform\.d/credentials\.tfrc\.json \.terraformrc \.cargo/credentials \.gem/credentials \.local/share/gem/credentials
  \.composer/auth\.json \.config/composer/auth\.json \.nuget \.m2/settings \.gradle/gradle\.properties \.kaggle/kaggle\.json
  \.cache/huggingface/(?:token|stored_tokens) \.huggingface/token \.(?:codex/auth|claude/\.credentials|gemini/oauth_creds)\.?\w* \.anthropic \.openai
  \.snowflake \.snowsql \.dbt/profiles\.yml \.cloudflared \.wrangler \.ngrok2 \.local/share/com\.vercel\.cli \.tsh \.step/secrets \.acme\.sh \.krb5 \.kerberos`;
const STORES = String.raw`
  \.gnupg \.password-store \.local/share/(?:keyrings|kwalletd|password-store) Library/Keychains \.ethereum/keystore \.bitcoin \.electrum
  \.config/solana/id\.json \.minikube/.*\.key \.pki \.putty`;

/** Below a home directory. */
const IN_HOME = new RegExp(`^${oneOf(`${LOGINS} ${STORES}`)}(?:$|[/.])`);
const PRIVATE = new RegExp(`^${oneOf(`${BROWSERS} ${HISTORIES}`)}(?:$|[/.])`);
/** What of ssh holds no key, or nothing else. */
const SSH_PUBLIC = /^\.ssh\/(known_hosts\S*|config(\.d(\/.*)?)?|authorized_keys\w*|\S*\.pub)$/;
const SYSTEM = new RegExp(
  `^/${
    oneOf(String.raw`
    etc/(?:g?shadow-?|sudoers(?:\.d/.*)?|master\.passwd|security/opasswd|krb5\.keytab|mysql/debian\.cnf|wireguard|openvpn)
    etc/ssh/ssh_host_\w+_key etc/ssl/private etc/letsencrypt/(?:live|archive|accounts) etc/pki/(?:tls/)?private etc/kubernetes/(?:pki|\w+\.conf)
    etc/rancher/k3s/k3s\.yaml etc/NetworkManager/system-connections etc/wpa_supplicant etc/docker/key\.json
    private/etc/master\.passwd var/db/dslocal var/lib/kubelet/pki (?:var/)?run/secrets
    proc/[^/]+/(?:environ|mem|auxv|maps?|root|cwd) proc/(?!self/)[^/]+/fd proc/[^/]+/task/[^/]+/(?:environ|mem|root|cwd) proc/kcore dev/k?mem dev/port`)
  }(?:$|/)`,
);
/** Wherever they lie. */
const NAMES =
  /(^|\/)(id_(rsa|dsa|ecdsa|ed25519)(_sk)?|[^/]+\.(kdbx|ppk|agekey|p12|pfx|jks|keystore)|[^/]*(private|secret)[^/]*\.(pem|key|json)|service[-_]account[^/]*\.json)$/i;

/** What a file of a home directory holds that is nobody's else: `path` begins below it. */
export function heldInHome(path: string): "keys" | "private" | null {
  if (path.endsWith(".pub")) return null;
  if (/^\.ssh(\/|$)/.test(path)) return SSH_PUBLIC.test(path) ? null : "keys";
  return PRIVATE.test(path)
    ? "private"
    : IN_HOME.test(path) || /^\.(aws|azure|oci|kube|docker|fly|config\/(gh|gcloud|git))$/.test(path)
    ? "keys"
    : null;
}

/** Whether an absolute path is one of the places of keys outside homes, or is named like a private key. */
export function holdsKeysAnywhere(path: string): boolean {
  return SYSTEM.test(path) || NAMES.test(path);
}

/** Some of those of no home directory. */
export const SYSTEM_SAMPLES: readonly string[] =
  "/proc/1/environ /proc/1/mem /proc/1/root /proc/1/cwd /etc/shadow /etc/gshadow /run/secrets/x"
    .split(" ");

/** Some of those of a home directory, for patterns that may mean them. */
export const KEY_SAMPLES: readonly string[] =
  (".ssh .ssh/id_rsa .ssh/id_ecdsa .aws .gnupg .config/gcloud .password-store .vault-token .my.cnf .ssh/id_ed25519 .aws/credentials .netrc .pgpass .gnupg/secring.gpg .docker/config.json .kube/config .npmrc .pypirc " +
    ".bash_history .zsh_history .git-credentials .config/gh/hosts.yml .mozilla/firefox/p/key4.db .mozilla/firefox/p/logins.json " +
    ".config/gcloud/credentials.db .config/google-chrome/Default/Cookies .local/share/keyrings/login.keyring")
    .split(" ");
