import assert from "node:assert/strict";
import { keysRisk, writeRisk } from "../../../lib/tools/approval/path_risks.ts";
import { DECIDES, STOPS, WIPES } from "../../../lib/tools/approval/risk.ts";

const GROUND = {
  home: "/home/ann",
  hermesHome: "/home/ann/.hermes",
  secretPaths: [".env", "run", "config.yaml", "sessions.db"].map((name) => `/home/ann/.hermes/${name}`),
};
const KEYS = "touches files that hold keys";
const PRIVATE = "reads histories or what a browser keeps";
const ACTED_ON = "writes a file that the system or your shell acts on";

const READS: Readonly<Record<string, readonly string[]>> = {
  [KEYS]: [
    ...".ssh .ssh/id_rsa .ssh/id_ed25519 .ssh/deploy .ssh/* .ssh/id_* .aws .aws/credentials .aws/* .azure/msal_token_cache.json"
      .split(" "),
    ...".config/gcloud/application_default_credentials.json .kube/config .docker/config.json .netrc .pgpass .my.cnf"
      .split(" "),
    ...".git-credentials .config/gh/hosts.yml .npmrc .pypirc .cargo/credentials.toml .gnupg/secring.gpg .password-store/a.gpg"
      .split(" "),
    ...".local/share/keyrings/login.keyring .vault-token .config/rclone/rclone.conf .cache/huggingface/token .m2/settings.xml"
      .split(" "),
    ...".config/sops/age/keys.txt .terraform.d/credentials.tfrc.json .hermes .hermes/.env .hermes/run/x.token"
      .split(" "),
  ].map((path) => `/home/ann/${path}`).concat(
    "/etc/shadow /etc/sudoers.d/ann /etc/ssh/ssh_host_rsa_key /etc/letsencrypt/live/a/privkey.pem /proc/self/environ"
      .split(" "),
    "/proc/1/mem /run/secrets/db /root/.ssh/id_rsa /home/bob/.aws/credentials /srv/id_rsa /srv/vault.kdbx"
      .split(" "),
    "/srv/app/private-key.pem /srv/client_secret.json /Users/bob/.netrc".split(" "),
  ),
  [PRIVATE]: [
    ...".bash_history .zsh_history .python_history .psql_history .node_repl_history .local/share/fish/fish_history"
      .split(" "),
    ...".mozilla/firefox/x/logins.json .config/google-chrome/Default/Cookies snap/firefox/common .thunderbird/x"
      .split(" "),
  ].map((path) => `/home/ann/${path}`),
};

const READ_BY_ALL = [
  ...".ssh/id_rsa.pub .ssh/known_hosts .ssh/config .ssh/authorized_keys .bashrc .gitconfig .aws/config notes.md .config/nvim/init.lua"
    .split(" ")
    .map((path) => `/home/ann/${path}`),
  ..."/etc/passwd /etc/hosts /etc/ssl/certs/a.pem /proc/cpuinfo /proc/self/status /srv/cert.pem /srv/app/.env.example"
    .split(" "),
];

const WRITES: Readonly<Record<string, readonly string[]>> = {
  [ACTED_ON]: [
    ...".bashrc .profile .zshenv .config/fish/config.fish .xprofile .xinitrc .config/autostart/a.desktop .pam_environment"
      .split(" "),
    ...".config/systemd/user/a.service .config/environment.d/a.conf .config/powershell/profile.ps1 .ssh/rc .ssh/authorized_keys"
      .split(" "),
    ...".gitconfig .config/git/config .npmrc .vimrc .config/nvim/init.lua .emacs.d/init.el .config/Code/User/settings.json"
      .split(" "),
    ...".local/bin/ls bin/ls .cargo/config.toml .config/pip/pip.conf .ipython/profile_default/startup/a.py .gdbinit"
      .split(" "),
    ...".local/share/applications/a.desktop .oh-my-zsh/custom/a.zsh .hermes/flows/a.js project/.git/hooks/pre-push"
      .split(" "),
    ...Array.from([
      "project/.envrc",
      "project/.vscode/tasks.json",
      "project/.git/config",
      "project/.husky/pre-commit",
    ]),
  ].map((path) => `/home/ann/${path}`).concat(
    "/etc/hosts /etc/sudoers.d/../hosts /etc/ld.so.preload /etc/pam.d/sshd /usr/bin/ls /var/spool/cron/root /sys/power/state"
      .split(" "),
    "/root/.bashrc /home/bob/.zshrc".split(" "),
  ),
  [KEYS]: ["/home/ann/.netrc", "/home/ann/.aws/credentials"],
  [DECIDES]: ["config.yaml", "sessions.db", ".env", "run/a.token"].map((name) => `/home/ann/.hermes/${name}`),
  [WIPES]: "/dev/sda /dev/nvme0n1 /dev/mapper/root /dev/disk/by-id/x".split(" "),
  [STOPS]: ["/proc/sysrq-trigger"],
};

const WRITTEN_BY_ALL = [
  ..."project/lib/a.ts project/.gitignore project/.github/workflows/ci.yml notes.md .cache/x .hermes/worktrees/t1/a.ts"
    .split(" ")
    .map((path) => `/home/ann/${path}`),
  ..."/tmp/x /dev/null /usr/src/app/a.c /srv/app/a.ts".split(" "),
];

for (const [risk, paths] of Object.entries(READS)) {
  Deno.test(`keysRisk() says of each place that it ${risk}`, () => {
    assert.deepEqual(paths.filter((path) => keysRisk(path, "/", GROUND) !== risk), []);
  });
}

Deno.test("keysRisk() lets public keys and what holds none be read", () => {
  assert.deepEqual(READ_BY_ALL.filter((path) => keysRisk(path, "/", GROUND) !== null), []);
});

for (const [risk, paths] of Object.entries(WRITES)) {
  Deno.test(`writeRisk() says of each place that it ${risk}`, () => {
    const others = paths.map((path) => [path, writeRisk(path, "/", GROUND)]).filter(([, found]) =>
      found !== risk
    );
    assert.deepEqual(others, []);
  });
}

Deno.test("writeRisk() lets what nobody runs be written", () => {
  assert.deepEqual(WRITTEN_BY_ALL.filter((path) => writeRisk(path, "/", GROUND) !== null), []);
});
