/** Why a file cannot be used. The message completes `"name" …`, and does not end with a full stop. */
export class FileProblem extends Error {
  override readonly name: string = "FileProblem";
}

/** What a path leads to changed between looking it up and opening it. Looking it up again may help. */
export class PathChanged extends FileProblem {
  override readonly name = "PathChanged";

  constructor() {
    super("was moved or replaced while it was being opened");
  }
}

const words: Readonly<Record<string, string>> = {
  ENOTDIR: "is not inside a folder",
  EISDIR: "is a folder, not a file",
  EACCES: "may not be accessed: permission denied",
  EPERM: "may not be changed: permission denied",
  EROFS: "is on a file system that is read-only",
  ELOOP: "is a symbolic link",
  ENOSPC: "could not be written: the disk is full",
  EDQUOT: "could not be written: the disk quota is used up",
  ENAMETOOLONG: "has a name that is too long",
  ENXIO: "is not a regular file",
  ENODEV: "is not a regular file",
};

/** Puts what the file system reports into a sentence; `name` is the path as it was given. Other errors stay as they are. */
export function fileFailure(error: unknown, name: string): unknown {
  if (error instanceof FileProblem) return new Error(`"${name}" ${error.message}.`, { cause: error });
  const code = systemCode(error);
  if (code === undefined) return error;
  if (code === "ENOENT") return new Error(`There is no "${name}".`, { cause: error });
  // The system's own words would name the path by which the file was reached.
  return new Error(`"${name}" ${words[code] ?? `could not be used (${code})`}.`, { cause: error });
}

/** The code of an error of the operating system, such as `ENOENT`; undefined for other errors. */
export function systemCode(error: unknown): string | undefined {
  const isSystemError = error instanceof Error && "code" in error && "syscall" in error;
  return isSystemError ? String(error.code) : undefined;
}
