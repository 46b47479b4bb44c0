import type { FileHandle } from "node:fs/promises";
import { FileProblem } from "./file-problem.ts";

/**
 * Reads an open file whole. Rejects with a `FileProblem` for what is not a regular file, which may never end, and for
 * more than `limit` bytes.
 */
export async function readRegularFile(file: FileHandle, limit: number): Promise<Buffer> {
  const stats = await file.stat();
  if (stats.isDirectory()) throw new FileProblem("is a folder, not a file");
  if (!stats.isFile()) throw new FileProblem("is not a regular file");
  const pieces: Buffer[] = [];
  let length = 0;
  // The size says where to begin: a file may grow, and those of the system say 0.
  for (let size = Math.min(stats.size, limit) + 1; ; size = 64 * 1024) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size), 0, size, length);
    if (bytesRead === 0) return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
    pieces.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
    if (length > limit) throw new FileProblem(`has more than ${limit} bytes, so it is not read`);
  }
}
