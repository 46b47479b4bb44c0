import type { Stats } from "node:fs";

/** Why a file gave no content. `message` completes "The file … ". */
export class UnreadableFile extends Error {}

/** The code of a system error, such as `ENOENT`; undefined for other values. */
export function errorCode(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** Says a system error in words that complete "The file … ". */
export function reasonOf(error: unknown): string {
  switch (errorCode(error)) {
    case "EACCES":
    case "EPERM":
      return "may not be opened by this user (no permission)";
    case "EISDIR":
      return "is a folder";
    case "ELOOP":
      return "is a symbolic link that leads back to itself";
    case "EROFS":
      return "is on a file system that cannot be written to";
    case "ENOSPC":
    case "EDQUOT":
      return "does not fit on the disk any more";
    default:
      return `could not be used (${errorCode(error) ?? (error instanceof Error ? error.message : String(error))})`;
  }
}

/** Says what is there in place of a regular file, in words that complete "The file … "; undefined for a regular file. */
export function kindProblem(stats: Stats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return "is a folder";
  if (stats.isFIFO()) return "is a named pipe, not a regular file";
  if (stats.isSocket()) return "is a socket, not a regular file";
  return "is a device, not a regular file";
}

/** A limit as people read it: `64 MB`, `512 KB`, `100 bytes`. */
export function formatLimit(bytes: number): string {
  if (bytes >= 1024 * 1024) return `${Math.floor(bytes / (1024 * 1024))} MB`;
  return bytes >= 1024 ? `${Math.floor(bytes / 1024)} KB` : `${bytes} bytes`;
}
