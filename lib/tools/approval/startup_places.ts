import { oneOf } from "./one_of.ts";

const SHELLS = String.raw`
  \.bash(?:rc|_profile|_login|_logout|_aliases|_completion) \.bashrc\.d \.profile \.zsh(?:rc|env|_aliases) \.zprofile \.zlogin \.zlogout \.zsh \.oh-my-zsh
  \.(?:k|c|tc|mk|a|ya)shrc \.login \.logout \.xonshrc \.inputrc \.aliases \.shrc \.config/(?:fish|powershell|nushell|elvish|xonsh|zsh|bash|environment\.d)
  Documents/(?:Windows)?PowerShell \.pam_environment \.hushlogin \.nvm/nvm\.sh \.sdkman \.asdf \.config/mise \.config/starship\.toml \.starship`;
const SESSIONS = String.raw`
  \.x(?:profile|initrc|session|sessionrc|serverrc) \.X(?:resources|defaults|clients) \.config/(?:autostart|autostart-scripts|systemd|plasma-workspace|i3|sway|hypr|bspwm|sxhkd|openbox|awesome|qtile|labwc|river|niri|user-tmpfiles\.d|upstart)
  \.local/share/(?:applications|systemd|dbus-1|nautilus|kservices5|kio|user-places) \.kde \.fluxbox Library/(?:LaunchAgents|Services|Application\x20Scripts|Preferences/com\.apple\.loginitems) AppData/Roaming/Microsoft/Windows/Start\x20Menu \.termux
  \.forward \.procmailrc \.mailcap \.mailrc \.muttrc \.config/(?:mutt|neomutt) \.urlview \.config/mimeapps\.list`;
const PROGRAMS = String.raw`
  \.local/bin \.local/lib/python[\d.]+ bin \.bin \.cargo/(?:bin|config|env) go/bin \.(?:deno|bun|npm-global|yarn|poetry|pyenv|rbenv|nodenv|goenv|krew|dotnet|composer)/(?:bin|shims|tools|vendor)
  \.(?:gitconfig|hgrc|subversion|gitattributes_global) \.config/(?:git|jj|hg|gh|lazygit|tig) \.git-templates \.ssh \.gnupg \.config/(?:direnv|alacritty|kitty|wezterm|ghostty|foot|terminator|tmux|screen|zellij|ranger|lf|nnn|mc|mpv|htop)
  \.tmux\.conf \.tmux \.screenrc \.byobu \.wezterm\.lua \.(?:curl|wget|npm|yarn|pip|gem|irb|pry|psql|sqlite|guile|gp|lt|octave|maxima|netrw|ackr|bazel|condar?)rc(?:\.yml)? \.yarnrc\.yml \.pythonrc \.pythonrc\.py \.pythonstartup
  \.pip/pip\.conf \.config/(?:pip|uv|npm|yarn|cargo|containers)  \.Rprofile \.Renviron \.julia/config \.ipython \.jupyter \.gdbinit \.lldbinit \.pdbrc \.perldb \.my\.cnf \.docker \.kube \.aws/config \.terraformrc \.ansible\.cfg \.ansible
  \.gradle/init \.m2 \.mavenrc \.sbt \.bazelrc \.config/(?:bazel|hypothesis) \.pydistutils\.cfg \.ghci \.cabal \.stack \.lein \.clojure \.opam \.makerc`;
const EDITORS = String.raw`
  \.g?vimrc \.vim \.nvimrc \.exrc \.config/(?:nvim|vim|emacs|helix|kak|micro|zed|sublime-text|Code|VSCodium|Cursor|Windsurf|JetBrains|geany|nano|doom)[\w-]* \.nanorc \.emacs \.emacs\.d \.doom\.d \.spacemacs \.kakrc \.vscode \.vscode-server \.cursor \.windsurf
  Library/Application\x20Support/(?:Code|Cursor|Sublime\x20Text|JetBrains) \.ideavimrc \.atom \.config/(?:opencode|crush|goose) \.claude \.claude\.json \.codex \.gemini \.continue \.aider\.conf\.yml \.agents`;

/** Below a home directory: what a shell, a login, an editor or a tool runs or obeys by itself. */
const IN_HOME = new RegExp(`^${oneOf(`${SHELLS} ${SESSIONS} ${PROGRAMS} ${EDITORS}`)}(?:$|/|[-._]\\w*$)`);
/** Below the root: what the system runs or obeys. */
const SYSTEM =
  /^\/(etc|boot|usr(?!\/(local\/)?src\/)|bin|sbin|lib\w*|sys|proc|efi|System|Library|private\/etc|var\/(spool\/(cron|at|anacron)|lib\/(systemd|dpkg|rpm|pacman|docker|kubelet|mysql|postgresql)|run|db)|nix|snap|run\/(systemd|udev))(\/|$)|^\/dev\/(?!null$|zero$|std(in|out|err)$|fd\/|tty$|pts\/|shm\/|full$|u?random$)/;
/** Anywhere: git, direnv, an editor, a debugger or an interpreter that works there runs them. */
const IN_PROJECTS =
  /(^|\/)(\.git\/(hooks\/|config(\.worktree)?$|info\/attributes$|modules\/.*\/(hooks\/|config$))|\.husky\/|\.githooks\/|\.envrc$|\.direnvrc$|\.vscode\/(tasks|settings|launch|mcp)\.json$|\.code-workspace$|\.idea\/(runConfigurations\/|workspace\.xml$|externalTools)|\.fleet\/|\.zed\/(tasks|settings)\.json$|\.devcontainer(\/devcontainer)?\.json$|\.devcontainer\/|\.exrc$|\.n?vimrc$|\.nvim\.lua$|\.dir-locals\.el$|\.gdbinit$|\.lldbinit$|\.pdbrc$|\.pythonrc(\.py)?$|(site|user)customize\.py$|site-packages\/[^/]+\.pth$|\.autoenv\.zsh$|\.mcp\.json$|\.cursor\/(mcp|hooks)\.json$|\.claude\/(settings(\.local)?\.json|hooks\/)|\.npmrc$|\.yarnrc(\.yml)?$|\.Rprofile$)/;

/** Whether something runs or obeys a file of a home directory by itself: `path` begins below it. */
export function isStartupInHome(path: string): boolean {
  return IN_HOME.test(path);
}

/** Whether a tool that works where it lies runs or obeys it by itself. */
export function isActedOnInProjects(path: string): boolean {
  return IN_PROJECTS.test(path);
}

/** Whether the system, or a tool that works where it lies, runs or obeys an absolute path by itself. */
export function isActedOnAnywhere(path: string): boolean {
  return SYSTEM.test(path) || IN_PROJECTS.test(path);
}

/** Some of those of a home directory, for patterns that may mean them. */
export const STARTUP_SAMPLES: readonly string[] =
  (".bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile .zlogin .zlogout .kshrc .cshrc " +
    ".tcshrc .login .inputrc .xprofile .xinitrc .xsession .xsessionrc .pam_environment .gitconfig .vimrc .gvimrc .exrc .nanorc .emacs " +
    ".tmux.conf .screenrc .gdbinit .curlrc .wgetrc .npmrc .pythonrc .ssh/authorized_keys .ssh/config .ssh/rc .config/fish/config.fish " +
    ".config/git/config .config/nvim/init.lua .config/nvim/init.vim .config/autostart/x.desktop .config/systemd/user/x.service " +
    ".local/bin/x .vim/vimrc .emacs.d/init.el .cargo/config.toml .claude/settings.json .claude.json")
    .split(" ");
/** Some of those that lie anywhere. */
export const PROJECT_SAMPLES: readonly string[] =
  (".git/config .git/hooks/pre-commit .git/hooks/post-checkout .git/hooks/applypatch-msg .git/hooks/pre-push .git/hooks/post-merge " +
    ".git/hooks/commit-msg .git/hooks/x .git/info/attributes .husky/pre-commit .githooks/pre-commit .envrc .vscode/settings.json .vscode/tasks.json " +
    ".mcp.json .cursor/mcp.json .claude/settings.json .npmrc .exrc .nvim.lua .gdbinit")
    .split(" ");
