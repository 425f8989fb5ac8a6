import { fetchedBy } from "./agent_scripts.ts";
import { Arguments } from "./arguments.ts";
import { isInterpreter, isShell } from "./interpreters.ts";
import { baseName, type Invocation } from "./invocation.ts";
import { below, startupRisk, writeRisk } from "./path_risks.ts";
import type { Risk, RiskGround } from "./risk.ts";
import { holdsHome } from "./tree_reads.ts";
import { dirsOf, placesIn } from "./word_places.ts";
import { wrapperOf } from "./wrappers.ts";

/** What they are told of they only read, run, or do away with by rules of their own. */
const READERS: ReadonlySet<string> = new Set(
  ("cat bat batcat head tail more most grep egrep fgrep zgrep rgrep rg ag ack ugrep wc diff diff3 colordiff icdiff delta difft cmp comm " +
    "nl tac rev od hexdump hd strings cut tr jq yq sed awk fold fmt expand source . alias unalias return exit declare typeset local " +
    "readonly unset set shift read type which whereis info man apropos code subl open xdg-open ls stat test [ [[ true false : echo " +
    "printf cd pushd popd pwd mkdir chmod chown chgrp touch file du realpath readlink dirname basename export eval exa eza tree rmdir " +
    "md5sum sha1sum sha256sum sha512sum b2sum cksum shellcheck git hg svn gh docker podman docker-compose cp mv ln rm rsync scp sftp " +
    "tee install truncate dd find fd kill nohup ps pgrep ssh ssh-add ssh-copy-id ssh-keygen ssh-keyscan gpg direnv systemctl " +
    "hermes lsof fuser bind complete history stow actionlint hadolint yamllint jsonlint less")
    .split(" "),
);
/** Then a formatter only looks. */
const CHECKS = /^(--(check|list-different|lint|dry-run|diff|fix-dry-run)|-l)$/;
/** They put files of an archive, a patch or another place into a directory. */
const UNPACKERS =
  /^(tar|bsdtar|unzip|7z|7za|7zr|7zz|unrar|cpio|pax|patch|rsync|ditto|unar|dpkg-deb|ar|jar|gpatch)$/;
const UNPACKS_INTO = "puts files of an archive, a patch or a copy where start-up files lie";

/** Why a program that may write what it is told of asks; null: it is not told of what runs by itself. */
export function wordWriteRisk(invocation: Invocation, ground: RiskGround): Risk | null {
  const { name } = invocation;
  if (name === null) return null;
  return unpackRisk(name, invocation, ground) ??
    (EDITORS.test(name) ? editorRisk(invocation, ground) : null) ??
    firstWritten(fetchedBy(invocation), invocation, ground) ?? copiedRisk(name, invocation, ground) ??
    namedRisk(name, invocation, ground);
}

function namedRisk(name: string, invocation: Invocation, ground: RiskGround): Risk | null {
  const { args } = invocation;
  if (isReader(name, args) || wrapperOf(name) !== undefined || args.some(({ text }) => CHECKS.test(text))) {
    return null;
  }
  const runs = isShell(name) || isInterpreter(name);
  const run = runs && name !== "awk" ? args.find(({ text }) => !text.startsWith("-")) : undefined;
  const dirs = dirsOf(invocation);
  for (const word of args) {
    if (word === run && !/^(ed|vim|emacs)$/.test(name)) continue;
    for (const place of [...placesIn(word.text), ...gluedIn(word.text)]) {
      for (const dir of dirs) {
        const risk = startupRisk(place, dir, ground);
        if (risk !== null) return risk;
      }
    }
  }
  return null;
}

/** Whether a program only reads: one of awk by what its script says, git where it is told of no file to keep settings in. */
function isReader(name: string, args: Invocation["args"]): boolean {
  const has = (pattern: RegExp) => args.some(({ text }) => pattern.test(text));
  if (name === "awk" && has(/>|\|/)) return false;
  if (name === "git" && has(/^config$/) && has(/^(-f|--file(=.*)?)$/)) return false;
  return READERS.has(name);
}

/** What may stand right behind the letter of an option: `-oFILE`, `-sSLoFILE`. */
function gluedIn(word: string): readonly string[] {
  const letters = /^-([A-Za-z]+)/.exec(word)?.[1];
  if (letters === undefined) return /^\w+=(.+)/s.exec(word)?.slice(1) ?? [];
  const whole = word.slice(1 + letters.length);
  return [...new Set([word.slice(2), whole])].filter((each) => each !== "");
}

/** Editors that write what `w` of their scripts names. */
const EDITORS = /^(sed|ed|ex|vi|vim|nvim|view|red)$/;
const WRITTEN = /(?:^|[\s;{}/|#,!$:\d]|[gpiIme])(?:[wW]|sav|saveas|write)!?\s*([^\n\s][^\n]*)/g;

/** A file that such a script writes. */
function editorRisk({ args, input, ...rest }: Invocation, ground: RiskGround): Risk | null {
  const texts = [...args.map(({ text }) => text), ...(input?.isStatic === true ? [input.text] : [])];
  const files = texts.flatMap((text) => [...text.slice(0, MAX_SCRIPT).matchAll(WRITTEN)])
    .flatMap(([, file = ""]) => [file.trim(), file.split(/[\s|]/)[0] ?? ""])
    .filter((file) => /[./~]/.test(file))
    .map((file) => file.replace(/^~(?=\/)/, ground.home));
  return firstWritten([...new Set(files)], { args, input, ...rest }, ground);
}

/** How much of a script is looked at. */
const MAX_SCRIPT = 10_000;

/** Copies by the names that they get. */
function copiedRisk(name: string, invocation: Invocation, ground: RiskGround): Risk | null {
  if (!/^(cp|mv|install|rsync|scp|ln)$/.test(name)) return null;
  const args = new Arguments(invocation);
  const into = args.valueOf("-t", "--target-directory");
  const words = args.operands.filter((word) => word !== into);
  const target = into ?? words.at(-1);
  if (target === undefined || (into === undefined && words.length < 2)) return null;
  const sources = into === undefined ? words.slice(0, -1) : words;
  const isWhole = sources.some((source) => /(^|\/)\.{0,2}$|(^|\/)\.?\*$/.test(source));
  const isInHome = isWhole && dirsOf(invocation).some((dir) => isHolder(target, dir, ground));
  return isInHome
    ? UNPACKS_INTO
    : firstWritten(sources.map((source) => `${target}/${baseName(source)}`), invocation, ground);
}

/** What an archive or a patch puts below a home or a directory of start-up files. */
function unpackRisk(name: string, invocation: Invocation, ground: RiskGround): Risk | null {
  const args = new Arguments(invocation);
  const isGit = name === "git" && /^(apply|am)$/.test(args.verb);
  if (!isGit && !UNPACKERS.test(name)) return null;
  if (/^(tar|bsdtar|jar|ar)$/.test(name) && !extracts(args)) return null;
  if (/^(7\w+|unrar)$/.test(name) && !/^[xe]$/.test(args.verb)) return null;
  if (name === "unzip" && args.has("lpztZ")) return null;
  if (name === "cpio" && !args.has("ip") && !args.hasLong("extract", "pass-through")) return null;
  if (name === "rsync") return null; // as a copy
  const into = args.valueOf("-d") ?? args.words.find((word) => /^-o./.test(word))?.slice(2);
  const dirs = dirsOf(invocation);
  const isHeld = dirs.some((dir) => isHolder(into ?? ".", dir, ground));
  return isHeld ? UNPACKS_INTO : null;
}

function extracts(args: Arguments): boolean {
  return args.hasLong("extract", "get") || args.has("x") || /^[a-z]*x[a-z]*$/i.test(args.words[0] ?? "");
}

/** Whether start-up files lie right in a directory. */
function isHolder(path: string, dir: string, ground: RiskGround): boolean {
  if (holdsHome(path, dir, ground)) return true;
  const inside = `${path}/x`;
  return startupRisk(inside, dir, ground) !== null && below(path, "/usr") === null;
}

function firstWritten(
  files: readonly string[],
  invocation: Invocation,
  ground: RiskGround,
): Risk | null {
  const dirs = dirsOf(invocation);
  for (const file of files) {
    for (const dir of dirs) {
      const risk = writeRisk(file, dir, ground);
      if (risk !== null) return risk;
    }
  }
  return null;
}
