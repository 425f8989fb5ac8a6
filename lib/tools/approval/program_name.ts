/** Programs that are also installed with a version in their name. */
const VERSIONED =
  /^(python|pypy|perl|ruby|node|nodejs|lua|luajit|php|tclsh|bash|zsh|ksh|dash|pip|gcc|clang|java|psql|mysql|deno|bun|guile|erl|ghc|julia|rscript|emacs|vim|git|docker|awk)-?[\d.]+[a-z]?$/;
/** GNU's own among those of another system. */
const GNU =
  /^g(rm|sed|tar|find|dd|cp|mv|ln|chmod|chown|awk|truncate|shred|xargs|env|timeout|install|tee|split|sort)$/;

const SAME: Readonly<Record<string, string>> = {
  nodejs: "node",
  python3: "python",
  pypy: "python",
  pypy3: "python",
  luajit: "lua",
  gawk: "awk",
  mawk: "awk",
  nawk: "awk",
  "original-awk": "awk",
  vi: "vim",
  nvim: "vim",
  gvim: "vim",
  view: "vim",
  vimdiff: "vim",
  ex: "vim",
  "rg": "rg",
  fdfind: "fd",
  rbash: "bash",
  tcsh: "csh",
  mksh: "ksh",
  pwsh: "powershell",
  "pwsh-preview": "powershell",
  "docker-compose": "docker",
  podman: "docker",
  "podman-compose": "docker",
  nerdctl: "docker",
  buildah: "docker",
  finch: "docker",
  tofu: "terraform",
  terragrunt: "terraform",
  oc: "kubectl",
  k: "kubectl",
  mariadb: "mysql",
  mycli: "mysql",
  pgcli: "psql",
  unlink: "rm",
  rmdir: "rmdir",
  bsdtar: "tar",
  "doas.real": "doas",
};

/** The name that rules know a program by: `/usr/bin/python3.12` and `pypy3` are python. */
export function programName(base: string): string {
  const plain = base.toLowerCase().replace(/\.exe$/, "");
  const name = VERSIONED.exec(plain)?.[1] ?? GNU.exec(plain)?.[1] ?? plain;
  return (Object.hasOwn(SAME, name) ? SAME[name] : undefined) ?? name;
}
