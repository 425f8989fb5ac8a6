import { type Invocation, plainWord, type ShellWord } from "../invocation.ts";
import { lossRisk } from "../losses.ts";
import type { Risk } from "../risk.ts";
import { each, type Rule, type Rules, type Scene } from "./rule.ts";

/** The words that are no options. */
export function operandWords({ args }: Pick<Invocation, "args">): readonly ShellWord[] {
  return args.filter(({ text }) => !/^-./.test(text));
}

/** The first loss among some words. */
export function loses(
  words: readonly ShellWord[],
  invocation: Invocation,
  scene: Scene,
  how: "deletes" | "writes" = "writes",
): Risk | null {
  for (const word of words) {
    const risk = lossRisk(word, invocation, scene, how);
    if (risk !== null) return risk;
  }
  return null;
}

/** A program that writes the file behind one of its options, and loses what it held. */
export function writesTo(...options: readonly string[]): Rule {
  return (args, invocation, scene) => {
    const value = args.valueOf(...options);
    return value === undefined || value === "-" ? null : loses([plainWord(value)], invocation, scene);
  };
}

/** What most programs call the option of the file that they write. */
const LONG =
  /^--?(out|outfile|outFile|output|output-file|outputFile|output-document|result-file|export-filename)(=|$)/;
/** `-o` is something else there, or what stands behind it is no file. */
const OTHER_SHORT =
  /^(git|hg|svn|ls|exa|eza|ps|grep|egrep|fgrep|zgrep|ugrep|rg|ag|ack|od|lsof|kubectl|helm|ssh|scp|sftp|rsync|mount|find|fd|set|shopt|bash|zsh|sh|ksh|dash|make|gmake|docker|tar|cpio|unzip|7z|chown|netstat|ss|ip|tree|du|df|cut|tr|useradd|groupadd|lsblk|findmnt|column|jq|yq|az|aws|gcloud|gh|uniq|cp|mv|ln|install|test|mmv|rename)$/;
/** Who makes a program, a report or code of it makes the same again. */
const MAKERS =
  /^(cc|c\+\+|g?cc|g\+\+|clang(\+\+)?|ld|lld|mold|go|rustc|ghc|deno|bun|tsc|swc|esbuild|rollup|webpack|swiftc|zig|nim|ocamlopt|ocamlfind|gfortran|nasm|as|gas|dmd|crystal|valac|emcc|pip-compile|uv|poetry|pdm|pipenv|conda|cargo|openapi-typescript|buf|protoc|sqlc|jest|vitest|eslint|pytest|mypy|ruff|typedoc|dot|mmdc|plantuml|sass|postcss|tailwindcss|latexmk|typst|bison|flex|cmake|ninja|meson|terraform)$/;
/** What nobody makes with them. */
const WRITTEN_BY_HAND =
  /\.(c|cc|cpp|cxx|h|hpp|go|rs|tsx?|py|md|rst|csv|txt|hs|swift|zig|ml|f90|s|asm|nim|rb|java|kt)$/;
const PROSE = /\.(md|rst|csv)$/;
/** They read all of a file before they write it, so that it may be the same. */
const IN_PLACE = /^(sort|shuf|xmllint|csvsort|clang-format|gofmt|sponge)$/;

/** What any program writes that names a file for it as most do: `-o FILE`, `--output=FILE`. */
export const outputRule: Rule = (args, invocation, scene) => {
  const name = invocation.name ?? "";
  const given = args.words.flatMap((word, index): readonly string[] => {
    const isShort = !OTHER_SHORT.test(name) &&
      (word === "-o" || (SHORT_BUNDLES.test(name) && /^-[a-zA-Z]+o$/.test(word)));
    if (!isShort && !LONG.test(word)) return [];
    const at = word.indexOf("=");
    const value = at < 0 ? args.words[index + 1] : word.slice(at + 1);
    const isEdited = IN_PLACE.test(name) &&
      args.words.some((each, other) => each === value && other !== index + 1);
    return value === undefined || value === "-" || isEdited ||
        (MAKERS.test(name) && !(CODE.test(name) ? WRITTEN_BY_HAND : PROSE).test(value))
      ? []
      : [value];
  });
  return loses(given.map(plainWord), invocation, scene);
};

/** Compilers, whose output is no text. */
const CODE = /^(cc|c\+\+|g?cc|g\+\+|clang(\+\+)?|ld|go|rustc|ghc|swiftc|zig|nim|gfortran|nasm|as|crystal)$/;
/** Short options of these stand together. */
const SHORT_BUNDLES = /^(curl|sort|shuf|patch|strace|time|gpg|psql|xsltproc|base64)$/;

/** The last word, when there is one before it. */
const lastWord: Rule = (args, invocation, scene) => {
  const words = operandWords(invocation);
  return words.length < 2 || args.isDryRun ? null : loses(words.slice(-1), invocation, scene);
};

/** A file that something elsewhere is copied into. */
const copiedHere: Rule = (args, invocation, scene) =>
  args.operands.slice(0, 3).some((word) => /^(cp|copy|copyto|pull|get|download)$/.test(word))
    ? lastWord(args, invocation, scene)
    : null;

/** What programs write that name it in their own way. */
export const OUTPUTS: Rules = {
  ...each(
    "convert magick composite montage sox qpdf ps2pdf pdfunite wkhtmltopdf pngquant uniq xxd jpegtran gdal_translate rsvg-convert ebook-convert vips",
    lastWord,
  ),
  ...each(
    "dos2unix unix2dos",
    (args, invocation, scene) => args.has("n") ? lastWord(args, invocation, scene) : null,
  ),
  ffmpeg: (args, invocation, scene) => args.hasWord("-y") ? lastWord(args, invocation, scene) : null,
  mogrify: (_, invocation, scene) => loses(operandWords(invocation), invocation, scene, "deletes"),
  exiftool: (args, invocation, scene) =>
    args.words.some((word) => /^-overwrite_original/.test(word))
      ? loses(operandWords(invocation), invocation, scene, "deletes")
      : null,
  "qemu-img": (args, invocation, scene) =>
    args.verb === "convert"
      ? lastWord(args, invocation, scene)
      : args.verb === "create"
      ? loses(operandWords(invocation).slice(1), invocation, scene)
      : null,
  ...each("docker kubectl aws gcloud gsutil mc rclone adb s3cmd", copiedHere),
  ...each("pg_dump pg_dumpall", writesTo("-f", "--file")),
  mysqldump: writesTo("-r", "--result-file"),
  ...each("tcpdump tshark dumpcap", writesTo("-w")),
  nmap: writesTo("-oN", "-oX", "-oG", "-oA"),
  "redis-cli": writesTo("--rdb"),
  script: (args, invocation, scene) =>
    args.has("a") || args.hasLong("append") ? null : loses(operandWords(invocation), invocation, scene),
};
