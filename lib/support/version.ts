/** The version of the program; `--version` prints it, CHANGELOG.md has a section for it once it is released. */
export const VERSION = "0.1.0";
