/** Says how to do without one, and fails; git repeats it in its own words. */
const NO_EDITOR =
  'echo "No editor here: pass the text (git: -m TEXT, -F FILE, --no-edit, GIT_EDITOR=true; rebase -i: ' +
  'GIT_SEQUENCE_EDITOR=COMMAND), or set this variable to a command that edits the file" >&2; false';

/** Where programs look for an editor, and for something to page with. */
const EDITORS = ["EDITOR", "VISUAL", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR"];
const PAGERS = ["PAGER", "GIT_PAGER", "MANPAGER", "SYSTEMD_PAGER", "AWS_PAGER"];
/** The same for programs that have a variable of their own: SVN_EDITOR, KUBE_EDITOR, HGEDITOR, GH_PAGER. */
const OWN_EDITOR = /EDITOR$/;
const OWN_PAGER = /PAGER$/;

/** Nobody answers: what would ask on a terminal or in a window says so at once instead. */
const NO_QUESTIONS: Readonly<Record<string, string>> = {
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "", // empty: neither core.askPass nor SSH_ASKPASS either
  SSH_ASKPASS: "false",
  SSH_ASKPASS_REQUIRE: "never",
  SUDO_ASKPASS: "/bin/false",
  GCM_INTERACTIVE: "never", // Git Credential Manager
  DEBIAN_FRONTEND: "noninteractive",
};

/** The environment of commands that nobody attends: no editor, no pager and no question waits for somebody. */
export function unattended(env: Readonly<Record<string, string>>): Record<string, string> {
  const changed: Record<string, string> = { ...env, ...NO_QUESTIONS };
  for (const name of [...EDITORS, ...Object.keys(env).filter((name) => OWN_EDITOR.test(name))]) {
    changed[name] = NO_EDITOR;
  }
  for (const name of [...PAGERS, ...Object.keys(env).filter((name) => OWN_PAGER.test(name))]) {
    changed[name] = "cat";
  }
  return changed;
}
