/** One line of at most `limit` characters, with `…` for the rest. */
export function cutLine(line: string, limit: number): string {
  if (line.length <= limit) return line;
  const end = Math.max(1, limit - 1);
  const code = line.charCodeAt(end - 1);
  // Half of a surrogate pair would be left behind.
  return `${line.slice(0, code >= 0xd800 && code <= 0xdbff ? end - 1 : end)}…`;
}
