const words: Readonly<Record<string, (name: string) => string>> = {
  ENOENT: (name) => `There is no "${name}".`,
  ENOTDIR: (name) => `"${name}" is not inside a folder.`,
  EISDIR: (name) => `"${name}" is a folder, not a file.`,
  EACCES: (name) => `"${name}" may not be accessed: permission denied.`,
  EPERM: (name) => `"${name}" may not be changed: permission denied.`,
  ELOOP: (name) => `"${name}" is a symbolic link.`,
  ENOSPC: (name) => `"${name}" could not be written: the disk is full.`,
};

/** Puts what the file system complained about into words for the model; `name` is the path as it wrote it. */
export function fileFailure(error: unknown, name: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = words[code]?.(name);
  return message === undefined ? error : new Error(message);
}
