import type { Arguments } from "../arguments.ts";
import { isInterpreter } from "../interpreters.ts";
import { wrapperOf } from "../wrappers.ts";
import { DATABASE, deletesData } from "./databases.ts";
import { isFinalName, isFinalOption, isFinalWord, isStrongWord } from "./final_words.ts";
import type { Rule } from "./rule.ts";

const FINAL = "is told to delete, publish or end something";

/** They build, test, show or make again what they take away: the project's own tools. */
const HARMLESS =
  /^(make|gmake|ninja|meson|cmake|bazel|buck2?|pants|just|task|rake|invoke|doit|scons|waf|ctest|nmake|mage|earthly|nx|turbo|lerna|rush|moon|wireit|grunt|gulp|jake|npm|pnpm|yarn|npx|bun|deno|cargo|rustup|go|pip|uv|uvx|poetry|pdm|hatch|pipenv|pipx|conda|mamba|virtualenv|tox|nox|pytest|jest|vitest|mocha|gradle|gradlew|mvn|mvnw|ant|sbt|mill|lein|dotnet|msbuild|nuget|bundle|gem|composer|mix|rebar3|stack|cabal|opam|dune|swift|xcodebuild|pod|zig|nimble|shards|luarocks|cpanm|perlbrew|asdf|mise|nvm|fnm|volta|pyenv|rbenv|sdk|direnv|git|vim|emacs|nano|code|tig|lazygit|fzf|xclip|xsel|pbcopy|wl-copy|reset|clear|tput|stty|tset|watch|env|sleep|ccache|sccache|pre-commit|black|ruff|prettier|eslint|convert|magick|ffmpeg|sox|gimp|inkscape|pandoc|latexmk|tectonic|typst|hugo|jekyll|mkdocs|sphinx-build|docsify|vite|webpack|rollup|esbuild|parcel|tsc|protoc|buf|hyperfine|strip|objcopy|ar|ranlib|ld|nm|patchelf|install_name_tool|gdb|lldb|perf|valgrind|strace|docker|brew|jq|yq|xmlstarlet|sqlfluff|alembic|flyway|liquibase|goose|dbmate|prisma|knex|sequelize|typeorm|exiftool|gpgconf|ssh-add|ssh-agent|xrandr|setxkbmap|amixer|pactl|playerctl|notmuch|taskwarrior|todo|ledger|man|less|gh|apt|apt-get|dnf|yum|pacman|apk|zypper|port|snap|flatpak)$/;
/** Of those, what has a database or a server behind it. */
const MIGRATES =
  /^(migration:(reset|refresh|fresh|rollback|undo\S*|revert)|db:(drop|reset|purge|rollback|truncate\S*|migrate:reset|schema:load|setup)|migrate:(fresh|reset|rollback|undo\S*)|db:wipe|queue:(clear|flush)|ecto\.(drop|reset|rollback)|schema:drop|database:drop|doctrine:(schema|database):drop|cache:flush|downgrade|reset_db|flush|sqlflush|migrate-reset|reset|clean|undo|drop-all|delete-orphans|dropall|down|erase|rollback\S*)$/;
const DROPS =
  /^(delete|remove|purge|destroy|wipe|drop|dropAll|sql-drop|site-install|pm-uninstall|setup:uninstall|zero|base)([:_-]|$)/;
const MIGRATORS =
  /^(rails|rake|artisan|console|manage\.py|django-admin|alembic|flyway|liquibase|goose|dbmate|prisma|knex|sequelize|sequelize-cli|typeorm|mix|phinx|migrate|drizzle-kit|sqlx|diesel|atlas|supabase|wp|drush|magento|occ|craft|flask|airflow|dbt|dagster|superset|sqitch|refinery|mikro-orm|migra|bin\/rails|yii|spark|doctrine|aerich|piccolo|hasura|strapi|directus|payload|ef|meteor|sail|setup|ace)$/;

/** A line of what a client reads that tells it to do what is final. */
const SAID = /^\s*(remove|purge|delete|drop|destroy|erase|wipe|truncate)\s+[^\s;]+(\s+[^\s;]+)?\s*;?\s*$/im;
const RUNNERS = /^(make|gmake|just|task|rake|invoke|mage|doit|nx|grunt|gulp)$/;
const SCRIPT_RUNNERS = /^(npm|pnpm|yarn|bun|deno|composer|pdm|hatch|poe)$/;
/** What the targets and scripts of a project do that it cannot make again. */
const TARGET =
  /(^|[:_.-])(destroy|nuke|undeploy|wipe|uninstall|terminate|decommission)([:_.-]|$)|(drop|purge|reset|delete)[:_-]?(db|database|data|all|tables|schema|stack|cluster|prod\w*)([:_-]|$)|^(db|database)[:_-](drop|purge|reset|wipe|nuke)/;

/** Whether a runner of a project's own scripts is told to run one that is named so. */
function runsFinal(name: string, { operands }: Arguments): boolean {
  if (RUNNERS.test(name)) return operands.some((word) => TARGET.test(word));
  return SCRIPT_RUNNERS.test(name) && /^(run|run-script|task)$/.test(operands[0] ?? "") &&
    TARGET.test(operands[1] ?? "");
}

/** Of a program that no rule knows: what its words say that it does. */
export const verbsRule: Rule = (args, { name, path, input }) => {
  if (name === null || args.isDryRun || args.verb === "plan") return null;
  if (migrates(name, args) || runsFinal(name, args)) return FINAL;
  const isProjects = path.startsWith("./") || path.startsWith("../") || isInterpreter(name);
  if (HARMLESS.test(name) || wrapperOf(name) !== undefined || isProjects) return null;
  if (args.words.some((word) => /[\s(]/.test(word) && deletesData(word))) return DATABASE;
  if (input?.isStatic === true && SAID.test(input.text)) return FINAL;
  const words = args.words.filter((word, index) =>
    !/^-./.test(word) && !isValue(args.words[index - 1], word)
  );
  return isFinalName(name) || args.words.some(isFinalOption) || words.slice(0, 4).some(isFinalWord)
    ? FINAL
    : null;
};

/** Whether a word is what an option before it is given: only the strongest words count there. */
function isValue(before: string | undefined, word: string): boolean {
  return before !== undefined && /^-[^=]+$/.test(before) && !isStrongWord(word);
}

/** Whether a tool of a project, or a runner that it is started by, is told to take a database back or down. */
function migrates(name: string, args: Arguments): boolean {
  const words = args.operands.slice(0, 6);
  const isTool = [name, ...words.map((word) => word.slice(word.lastIndexOf("/") + 1))].some((word) =>
    MIGRATORS.test(word)
  );
  if (words.some((word) => /^(flyway:?clean|liquibase:?dropall)$/i.test(word))) return true;
  return isTool &&
    (words.some((word) => MIGRATES.test(word) || DROPS.test(word)) ||
      args.words.some((word) => /^--(force-reset|accept-data-loss)$/.test(word)));
}
