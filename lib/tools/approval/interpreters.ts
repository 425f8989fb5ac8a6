const SHELLS: ReadonlySet<string> = new Set(
  "sh bash zsh dash ksh ash fish csh yash osh elvish xonsh nu powershell".split(" "),
);
/** They run programs in languages of their own. */
const INTERPRETERS: ReadonlySet<string> = new Set(
  ("python perl ruby node deno bun php lua tclsh wish expect rscript r julia groovy jshell guile racket sbcl clisp " +
    "osascript awk sed ed vim emacs gdb lldb bpython ipython tsx ts-node elixir iex erl escript ghci runghc scala kotlin " +
    "swift go-run jq dc bc m4 octave maxima sqlite3 gnuplot nim crystal raku janet fennel coffee jruby jython clojure " +
    "bb babashka pike rexx newlisp qjs d8 rhino hy micropython pdb irb pry psysh autohotkey applescript")
    .split(" "),
);

/** Whether a program is a shell: it runs a script after `-c`. */
export function isShell(name: string): boolean {
  return SHELLS.has(name);
}

/** Whether a program runs programs in a language that is not the shell's. */
export function isInterpreter(name: string): boolean {
  return INTERPRETERS.has(name);
}
