/** How a program names the command that it runs. */
export interface Wrapper {
  /** Its options that have a value of their own. */
  readonly valued: ReadonlySet<string>;
  /** How many operands stand before the command. */
  readonly skips: number;
  /** What stands there is a script: the words joined. */
  readonly joins: boolean;
}

/** `name [skips] [=joins]: options with values`, one a line. */
const TABLE = `
sudo: -u -g -U -p -C -h -r -t -T -D -R --user --group --prompt --host --chdir --role --type
doas: -u -C
pkexec: --user
run0: -u -g -D --user --group --chdir --setenv --unit --property --nice
runuser: -u -g -G --user --group
setpriv: --reuid --regid --groups --inh-caps --ambient-caps --bounding-set --securebits --pdeathsig --selinux-label
gosu 1:
su-exec 1:
chpst: -u -U -e -b -d -o -p -f -c -t -/
setuidgid 1:
env: -u -C --unset --chdir
nice: -n --adjustment
ionice: -c -n -p --class --classdata
chrt 1: -T -P -D
taskset 1:
nohup:
setsid:
time: -f -o --format --output
timeout 1: -k -s --kill-after --signal
stdbuf: -i -o -e --input --output --error
unbuffer:
command:
builtin:
exec: -a
xargs: -n -L -I -P -s -d -E -a --max-args --max-lines --replace --max-procs --delimiter --arg-file
parallel =joins: -j -a -I -N -n -L --jobs --colsep --delimiter --joblog --results --sshlogin --timeout --retries --tag
watch =joins: -n --interval
entr: -r
strace: -e -o -p -s -u -P -E -a -b -O -S
ltrace: -e -o -p -s -u -n -a -l -x
perf:
valgrind:
flock 1: -w -E --timeout --conflict-exit-code
prlimit: -p --pid
systemd-run: -p -u -M -H -E --unit --property --slice --uid --gid --setenv --working-directory --description --on-active --on-calendar --nice
systemd-inhibit: --what --who --why --mode
systemd-cat: -t -p
unshare: -S -G -R -w --setuid --setgid --root --wd --map-users --map-groups --propagation
nsenter: -t -S -G --target --setuid --setgid
chroot 1: --userspec --groups
busybox:
toybox:
coreutils:
firejail:
faketime 1: -f
fakeroot: -s -i
proxychains: -f
proxychains4: -f
torsocks:
torify:
tsocks:
setarch 1:
linux32:
linux64:
cpulimit: -l -p -e
cgexec: -g
numactl: -m -i -N -C -p
dbus-run-session:
xvfb-run: -s -n -e -f -p --server-args --server-num
ssh-agent: -a -t
caffeinate: -t -w
catchsegv:
eatmydata:
daemonize: -c -e -o -p -l -u
start-stop-daemon: -p -n -u -c -d -x -a --exec --startas --pidfile --name --chuid --chdir
dumb-init:
tini:
catatonit:
s6-setuidgid 1:
envdir 1:
chronic:
ts:
ifne:
retry: -t -d
hyperfine =joins: -w -r -m -M -p -c -n -S --warmup --runs --prepare --cleanup --setup --export-json --export-markdown
direnv 2:
dotenv: -f -e
doppler 1:
op 1:
aws-vault 2:
chamber 2:
poetry 1: -C
pipenv 1:
uv 1: --with --python -p
pdm 1:
hatch 1: -e
conda 1: -n -p --name --prefix
mamba 1: -n -p
bundle 1:
nix-shell:
nix 1:
guix 1:
rustup 2:
asdf 2:
mise 1:
volta 1:
npx: -p --package -c --call
bunx: -p --package
pnpx:
uvx: --from --with --python -p
nvm 2:
pyenv 1:
rbenv 1:
asciinema 1:
rlwrap:
winpty:
wine:
wsl: -d -u -e
xdg-open:
then:
do:
else:
ssh 1 =joins: -i -p -l -o -F -J -L -R -D -b -c -e -E -I -m -O -Q -S -W -w -B
mosh 1 =joins: -p --ssh --server
sshpass: -p -f -P
autossh 1 =joins: -M -i -p -l -o -F -J -L -R -D
pdsh =joins: -w -x -l
`;

const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map(
  TABLE.trim().split("\n").map((line) => {
    const [head = "", valued = ""] = line.split(":", 2);
    const [name = "", ...words] = head.split(" ");
    const skips = Number(words.find((word) => /^\d$/.test(word)) ?? 0);
    return [name, { valued: new Set(valued.trim().split(" ")), skips, joins: words.includes("=joins") }];
  }),
);

/** How a program names the command that it runs; undefined: it is not known to run one. */
export function wrapperOf(name: string): Wrapper | undefined {
  return WRAPPERS.get(name);
}

/** They add arguments from their input. */
export const FEEDERS: ReadonlySet<string> = new Set(["xargs", "parallel"]);
