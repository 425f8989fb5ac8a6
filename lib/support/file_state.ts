import { messageOf } from "./errors.ts";

/** What the system's error codes mean to somebody who does not know them. */
const STATES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "a file is in the way",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ELOOP: "its symbolic links form a loop",
  ENOSPC: "no space left on the device",
  EDQUOT: "no space left of what you may use",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  ENOMEM: "there is not enough memory",
  ETXTBSY: "it is a program that runs",
  ENXIO: "it is a device, pipe or socket",
  EBUSY: "it is in use",
  ERR_INVALID_ARG_VALUE: "a path cannot hold a null byte",
};

/** An error of a file operation as the state in "Cannot read "a.txt": there is no such file". */
export function fileState(error: unknown): string {
  return STATES[codeOf(error)] ?? messageOf(error);
}

/** The system's short name for an error of a file operation; "" for any other error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
