import { createHash } from "node:crypto";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * An id of exactly nine letters or digits, which is all that Mistral takes: the id itself where it is one, else always
 * the same one for the same id, so that a call and its result still belong together.
 */
export function nineCharacters(id: string): string {
  if (/^[A-Za-z0-9]{9}$/.test(id)) return id;
  const digest = createHash("sha256").update(id).digest().subarray(0, 9);
  return Array.from(digest, (byte) => letters[byte % letters.length]).join("");
}
