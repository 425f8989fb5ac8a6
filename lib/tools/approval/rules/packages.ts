import { Arguments } from "../arguments.ts";
import { absolute } from "../path_risks.ts";
import { each, first, type Rule, type Rules, type Scene, when } from "./rule.ts";
import { type Invocation, plainWord } from "../invocation.ts";

const PUBLISHES = "publishes something";
const FOREIGN = "runs a program from the network that nobody here has looked at";

/** The verbs of publishing, by program. */
const PUBLISHING: Readonly<Record<string, RegExp>> = {
  npm:
    /^(publish|unpublish|deprecate|undeprecate|dist-tag|owner|token|access|adduser|login|org|team|hook|star|stars|profile)$/,
  cargo: /^(publish|yank|owner|login)$/,
  gem: /^(push|yank|owner|signin)$/,
  twine: /^(upload|register)$/,
  docker: /^(push|login)$/,
  go: /^$/,
  other: /^(publish|unpublish|yank|upload|push|deploy|release|submit|promote)$/,
};
const READS_ONLY = /^(ls|list|info|get|whoami|search|view)$/;

function publishes(kind: keyof typeof PUBLISHING): Rule {
  return when(PUBLISHES, (args) => {
    const words = args.operands.slice(0, 3);
    if (words[0] === "run" || words[0] === "run-script" || words[0] === "exec") return false;
    return words.some((word, index) =>
      index < 2 + (words[0] === "workspace" ? 1 : 0) && PUBLISHING[kind]?.test(word) === true &&
      !READS_ONLY.test(words[index + 1] ?? "")
    );
  });
}

/** What everybody runs without having it: compilers, formatters, test runners and starters of projects. */
const WELL_KNOWN =
  /^(@angular\/cli|@biomejs\/biome|@nestjs\/cli|@vue\/cli|@storybook\/\S+|storybook|sb|astro|ava|babel|@babel\/cli|c8|changeset|@changesets\/cli|commitlint|concurrently|cowsay|create-[\w-]+|@[\w-]+\/create-[\w-]+|cross-env|cspell|cypress|degit|depcheck|dotenv|drizzle-kit|esbuild|eslint|expo|express-generator|gatsby(-cli)?|gulp|grunt|http-server|husky|jest|json-server|jsdoc|knex|knip|lerna|lint-staged|live-server|madge|markdownlint(-cli2?)?|mocha|msw|next|ng|nodemon|npm-check(-updates)?|ncu|nuxi|nx|nyc|only-allow|openapi-typescript|oxlint|patch-package|playwright|@playwright\/test|pm2|postcss|prettier|prisma|pyright|react-native|remix|rollup|sass|serve|sequelize-cli|shadcn(-ui)?|snyk|sort-package-json|stylelint|svgo|swagger-cli|swc|@swc\/cli|tailwindcss|@tailwindcss\/cli|tap|terser|ts-node|tsc|tsd|tsup|tsx|turbo|typedoc|typeorm|typescript|vite|vitest|vue-tsc|wait-on|webpack(-cli)?|wrangler|xo|yarn|pnpm|npm|@modelcontextprotocol\/\S+|black|ruff|mypy|pytest|flake8|isort|pylint|poetry|httpie|cookiecutter|pre-commit|tox|nox|bandit|pip-audit|ipython|jupyter(-lab)?|mkdocs|sphinx|uv|twine|build|ansible(-lint)?|pycowsay|yt-dlp|rich-cli|sqlfluff|codespell|djlint|pdm|hatch|cowpy|marimo|streamlit|rg|fd|bat|jq|ripgrep|hello|gopls|golangci-lint|goimports|staticcheck|govulncheck|air|delve|dlv|mockgen|stringer|wire|buf|protoc-gen-\S+)(@[\w.^~-]+)?$/;

function isForeign(name: string | undefined, invocation: Invocation, { facts }: Scene): boolean {
  if (name === undefined || WELL_KNOWN.test(name)) return false;
  if (/^(git\+|git:|https?:|github:|gitlab:|ssh:)|\.(tgz|tar\.gz|whl|zip)$/.test(name)) return true;
  if (/^\.{0,2}\//.test(name)) return false;
  const bare = name.replace(/(?<=.)@[^/]*$/, "").split("/").at(-1) ?? "";
  return !invocation.dirs.some((dir) => facts.isThere(absolute(`node_modules/.bin/${bare}`, dir)));
}

const PACKAGE_OPTIONS = ["-p", "--package", "--from", "--spec", "--with"];
/** The runner's own options that have a value, before the name of the program. */
const VALUED = /^(-p|-c|-w|--(package|from|spec|with|python|call|workspace|index-url))$/;

/** The program that a runner of packages fetches when it is not there. */
function runsForeign(start: (args: Arguments) => readonly string[]): Rule {
  return (args, invocation, scene) => {
    if (args.isDryRun) return null;
    const words = start(args);
    const at = words.findIndex((word, index) => !/^-/.test(word) && !VALUED.test(words[index - 1] ?? ""));
    const own = at < 0 ? words : words.slice(0, at);
    const named = new Arguments({ ...invocation, args: own.map(plainWord) }).valueOf(...PACKAGE_OPTIONS);
    const name = named ?? words.find((word) => !word.startsWith("-"));
    return isForeign(name, invocation, scene) ? FOREIGN : null;
  };
}

function after(args: Arguments, ...verbs: readonly string[]): readonly string[] {
  const at = args.words.findIndex((word) => !word.startsWith("-"));
  return at >= 0 && verbs.includes(args.words[at] ?? "") ? args.words.slice(at + 1) : [];
}

/** Software that is installed from where nobody has checked it. */
const unchecked: Rule = (args) => {
  const isInstall = args.operands.slice(0, 3).some((word) =>
    /^(install|i|add|get|wheel|download)$/.test(word)
  );
  const isForeignSource = args.words.some((word) =>
    /^(git\+|git:\/\/|https?:\/\/(?!(registry\.|pypi\.org|files\.pythonhosted\.org|download\.pytorch\.org|crates\.io|rubygems\.org|proxy\.golang))\S*|github:|bitbucket:|gitlab:)/
      .test(word)
  );
  const isIndex = args.hasWord(
    "--index-url",
    "--extra-index-url",
    "--trusted-host",
    "--find-links",
    "-i",
    "--registry",
    "--source",
    "--git",
    "--index",
  );
  const value = args.valueOf(
    "--index-url",
    "-i",
    "--extra-index-url",
    "--find-links",
    "--registry",
    "--source",
    "--index",
  ) ?? "";
  const isKnown =
    /^https:\/\/(registry\.(npmjs|yarnpkg)|pypi\.org|download\.pytorch\.org|test\.pypi|rubygems\.org)/.test(
      value,
    );
  return isInstall &&
      ((isForeignSource && !isKnown) ||
        (isIndex && !isKnown && !args.hasWord("-i") && value !== "" ||
          args.hasWord("--git", "--trusted-host")))
    ? FOREIGN
    : null;
};

/** Settings of a package manager that are run, or say where packages come from. */
const SHELL_SETTING =
  /^(script-shell|shell|node-options|git|editor|viewer|init-module|registry|cafile|prefix|globalconfig|\S*_authToken|yarnPath)(=|$)/;
const REMOTE = /^(https?:|npm:|jsr:|github:|git\+)/;

/** What publishes, and what runs programs that it fetches first. */
export const PACKAGES: Rules = {
  ...each(
    "npm pnpm yarn",
    first(
      publishes("npm"),
      when(
        "lets a tool run a program by itself",
        (args) =>
          /^(config|set|c)$/.test(args.verb) && args.hasWord("set") &&
          args.operands.slice(1, 4).some((word) => SHELL_SETTING.test(word)),
      ),
      unchecked,
      runsForeign((args) =>
        after(args, "exec", "x", "dlx", "init", "create").map((word, index) =>
          index === 0 && /^(init|create)$/.test(args.verb) ? `create-${word}` : word
        )
      ),
    ),
  ),
  ...each("npx bunx pnpx", runsForeign((args) => args.words)),
  bun: first(publishes("npm"), unchecked, runsForeign((args) => after(args, "x", "create"))),
  ...each(
    "uvx pipx",
    runsForeign((args) =>
      args.verb === "run" ? after(args, "run") : after(args, "install", "inject").length > 0 ||
          /^(list|upgrade|uninstall|ensurepath|reinstall|environment)/.test(args.verb)
        ? []
        : args.words
    ),
  ),
  uv: first(
    publishes("other"),
    unchecked,
    runsForeign((args) =>
      args.verb === "tool"
        ? args.words.slice(args.words.indexOf("run") + 1).slice(args.hasWord("run") ? 0 : 99)
        : []
    ),
  ),
  cargo: first(
    publishes("cargo"),
    when(PUBLISHES, (args) => /release$/.test(args.verb) && args.hasWord("--execute", "-x")),
    unchecked,
  ),
  python: when(
    PUBLISHES,
    ({ operands }) =>
      /(^|\/)setup\.py$/.test(operands[0] ?? "") && /^(upload|register)$/.test(operands.at(-1) ?? ""),
  ),
  rustup: when("removes software", (args) => args.verb === "self" && args.operands[1] === "uninstall"),
  go: when(
    FOREIGN,
    (args) =>
      (args.verb === "env" && args.has("w") &&
        args.words.some((word) => /^GO(PROXY|FLAGS|SUMDB|NOSUM\w+|INSECURE)=/.test(word))) ||
      args.verb === "run" && args.operands.slice(1).some((word) => /^[\w.-]+\.[a-z]+\/\S+@/.test(word)),
  ),
  deno: first(
    publishes("npm"),
    when(
      FOREIGN,
      (args) =>
        /^(run|install|x|eval|serve|test|compile)$/.test(args.verb) &&
        args.operands.slice(1, 2).some((word) => REMOTE.test(word)),
    ),
  ),
  ...each("gem", first(publishes("gem"), unchecked)),
  twine: publishes("twine"),
  ...each(
    "poetry flit hatch pdm rye maturin lerna semantic-release release-it np changeset vsce ovsx clasp web-ext luarocks cpan-upload mix hex stack cabal opam sbt dotnet nuget gradle mvn bundle composer conda anaconda conan vcpkg snapcraft flatpak-builder charmcraft helm-push ansible-galaxy puppet-module pod fastlane xcrun altool bsdpm jsr wasm-pack wasmer oras crane skopeo cosign ko pack buildctl goreleaser jreleaser netlify vercel firebase now surge gh-pages wrangler fly flyctl heroku railway render eb sam serverless sls cdk chalice zappa apex up amplify copilot gae appcfg dokku cap kamal mina deployer pulumi-up expo eas supabase convex modal replicate huggingface-cli hf kaggle",
    first(
      unchecked,
      when(PUBLISHES, (args, { name }) => {
        const words = args.operands.slice(0, 2).flatMap((
          word,
        ) => [word, ...word.replace(/([a-z])([A-Z])/g, "$1:$2").toLowerCase().split(/[:.]/)]);
        if (
          args.isDryRun || (name === "dotnet" && args.verb === "publish") ||
          words.some((word) =>
            /^(run|build|dev|preview|test|serve|init|generate|local|synth|diff|list|ls|validate|package)$/
              .test(word)
          )
        ) return false;
        const isWhole = /^(semantic-release|release-it|np|surge|gh-pages|goreleaser|jreleaser|ko|now)$/.test(
          name ?? "",
        );
        return isWhole || words.some((word) =>
          /^(publish|unpublish|upload|push|deploy|deployment|release|up|promote|rollback|retire|yank|delete|destroy|remove|rm|down|reset|drop|purge|submit|deliver|supply|pilot|nuget-push|propagate|sign|copy|attach|scale|create-app)$/
            .test(word)
        ) ||
          args.hasLong("prod", "publish") && /^(vercel|netlify|now)$/.test(name ?? "");
      }),
    ),
  ),
  ...each(
    "pip easy_install",
    first(
      unchecked,
      when(
        FOREIGN,
        ({ operands: [verb = "", what = "", key = ""] }) =>
          verb === "config" && what === "set" && /index-url|trusted-host|find-links|proxy/.test(key),
      ),
    ),
  ),
  ...each(
    "apt apt-get dpkg rpm dnf yum zypper brew snap pacman apk",
    when(FOREIGN, (args) =>
      args.hasWord("--dangerous", "--allow-untrusted", "--force-all") ||
      (args.words.some((word) => /^(install|localinstall|add|-i\w*|-U\w*|--install|--upgrade)$/.test(word)) &&
        args.words.some((word) => /^https?:|^\.{0,2}\/|\.(deb|rpm|snap|apk|rb|pkg\.tar\.\w+)$/.test(word)))),
  ),
  ...each(
    "nix nix-shell",
    when(
      FOREIGN,
      (args) =>
        /^(run|shell|develop|profile)$/.test(args.verb) &&
          args.operands.some((word) =>
            /^(github|git\+\w+|https?|gitlab|sourcehut|tarball\+\w+):/.test(word) &&
            !/^github:nixos\//i.test(word)
          ) || args.words.some((word) => /^https?:/.test(word)),
    ),
  ),
  ...each("msiexec installer softwareupdate", when(FOREIGN, () => true)),
};

export { FOREIGN, PUBLISHES };
