import { isInterpreter } from "../interpreters.ts";
import type { Rule } from "./rule.ts";

const FINAL = "is told to delete, publish or end something";

/** What a word of a command line says that is not undone by another; parts of words that are joined are words, too. */
const VERB =
  /^(del|delete|deletes|destroy|drop|purge|erase|wipe|nuke|obliterate|shred|zap|prune|forget|flush|flushall|flushdb|truncate|format|mkfs|undefine|unregister|terminate|revoke|decommission|uninstall|unpublish|yank|expunge|evict|rollback|fresh|wipefs|luksformat|reformat|reinit|factory-reset|factoryreset|poweroff|reboot|shutdown|halt|kill-server|killall|publish|deploy|undeploy|rmi|rb|reset-password|resetpassword|force-remove|remove|rm|rmr|removeall|clear|reset|empty|discard|overwrite|restore|disable|deactivate|detach|unlink|deregister|delete-all|deleteall|drop-all|clean-all|gc|garbage-collect|expire|blackhole|unmount|umount|import-overwrite|revert|strip|hard-reset|self-destruct|unseal|seal|failover|stepdown|stop|shut-down|kill|flash|write-flash|erase-flash|erase_flash|write_flash|burn|chip-erase|lock-wipe|block|ban|suspend|release|push|upload|send|post|tweet|transfer|pay|charge|refund|withdraw|promote|apply)$/;
/** Of the same meaning as options. */
const OPTION =
  /^--?(delete\S*|destroy\S*|purge\S*|erase\S*|wipe\S*|remove|remove-all\S*|rm|drop\S*|zap\S*|format|flush\S*|truncate\S*|overwrite|overwrite-\w+|force-delete|force-remove|reset-all|factory-reset|security-erase\S*|zero-superblock|nuke|uninstall|unregister|hard|no-preserve-root|prune|expire-all|clean-all|clear-all|terminate|revoke|deleteall|empty-trash|shutdown|poweroff|reboot|secure-delete|shred|self-destruct|obliterate|discard|publish|auto-approve|no-confirm-delete|yes-i-really\S*|i-am-sure|really\S*|write-flash|batch-delete|delete-all)(=|$)/i;
/** They build, test, show or make again what they take away: the project's own tools. */
const HARMLESS =
  /^(make|gmake|ninja|meson|cmake|bazel|buck2?|pants|just|task|rake|invoke|doit|scons|waf|ctest|nmake|mage|earthly|nx|turbo|lerna|rush|moon|wireit|grunt|gulp|jake|npm|pnpm|yarn|npx|bun|deno|cargo|rustup|go|pip|uv|uvx|poetry|pdm|hatch|pipenv|pipx|conda|mamba|virtualenv|tox|nox|pytest|jest|vitest|mocha|gradle|gradlew|mvn|mvnw|ant|sbt|mill|lein|dotnet|msbuild|nuget|bundle|gem|composer|mix|rebar3|stack|cabal|opam|dune|swift|xcodebuild|pod|flutter|dart|pub|zig|nimble|shards|luarocks|cpanm|perlbrew|asdf|mise|nvm|fnm|volta|pyenv|rbenv|sdk|direnv|git|tmux|screen|zellij|vim|emacs|nano|code|tig|lazygit|fzf|xclip|xsel|pbcopy|wl-copy|reset|clear|tput|stty|tset|watch|env|sleep|ccache|sccache|pre-commit|black|ruff|prettier|eslint|convert|magick|ffmpeg|sox|gimp|inkscape|pandoc|latexmk|tectonic|typst|hugo|jekyll|mkdocs|sphinx-build|docsify|vite|webpack|rollup|esbuild|parcel|tsc|protoc|buf|hyperfine|strip|objcopy|ar|ranlib|ld|nm|patchelf|install_name_tool|gdb|lldb|perf|valgrind|strace|adb|docker|brew|ollama|jupyter|nbstripout|dvc|mlflow|wandb|act|vagrant-ssh|jq|yq|xmlstarlet|sqlfluff|alembic|flyway|liquibase|goose|dbmate|prisma|knex|sequelize|typeorm|exiftool|gpgconf|ssh-add|ssh-agent|xrandr|setxkbmap|amixer|pactl|playerctl|notmuch|taskwarrior|todo|ledger|gh|apt|apt-get|dnf|yum|pacman|apk|zypper|port|snap|flatpak)$/;
/** Of those, what has a database or a server behind it. */
const MIGRATES =
  /^(db:(drop|reset|purge|rollback|truncate\S*|migrate:reset|schema:load|setup)|migrate:(fresh|reset|rollback|undo\S*)|db:wipe|queue:(clear|flush)|ecto\.(drop|reset|rollback)|schema:drop|database:drop|doctrine:(schema|database):drop|cache:flush|downgrade|reset_db|flush|sqlflush|migrate-reset|reset|clean|undo|drop-all|delete-orphans|dropall|down|erase|rollback\S*)$/;
const MIGRATORS =
  /^(rails|rake|artisan|console|manage\.py|django-admin|alembic|flyway|liquibase|goose|dbmate|prisma|knex|sequelize|sequelize-cli|typeorm|mix|phinx|migrate|drizzle-kit|sqlx|diesel|atlas|supabase|wp|drush|magento|occ|craft|flask|airflow|dbt|dagster|superset|sqitch|refinery|mikro-orm|migra|bin\/rails|yii|spark|doctrine|aerich|piccolo|hasura|strapi|directus|payload)$/;

/** Of a program that no rule knows: what its words say that it does. */
export const verbsRule: Rule = (args, { name, path }) => {
  if (name === null || args.isDryRun) return null;
  const all = args.operands.slice(0, isInterpreter(name) ? 3 : 4);
  const script = isInterpreter(name) || /^(bundle|poetry|uv|npx|php|docker)$/.test(name) ? all.slice(1) : all;
  const tool =
    all.map((word) => word.slice(word.lastIndexOf("/") + 1)).find((word) => MIGRATORS.test(word)) ??
      (MIGRATORS.test(name) ? name : null);
  if (
    tool !== null && args.operands.slice(0, 5).some((word) =>
      MIGRATES.test(word) ||
      /^(delete|remove|purge|destroy|wipe|drop|sql-drop|site-install|pm-uninstall|reset)([:-]|$)/.test(word)
    )
  ) return FINAL;
  if (HARMLESS.test(name) || isInterpreter(name) || path.startsWith("./") || /\.(sh|py|js)$/.test(name)) {
    return null;
  }
  if (args.words.some((word) => OPTION.test(word))) return FINAL;
  const verbs = script.flatMap((word) =>
    /^[\w:.-]+$/.test(word) ? [word, ...word.split(/[:-]/).slice(0, 2), ...word.split(/[:.]/).slice(-1)] : []
  );
  return verbs.some((word) => VERB.test(word.toLowerCase())) ? FINAL : null;
};
