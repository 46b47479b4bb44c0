import { readCommand } from "./shell-command.ts";

/** Behind these, a shell begins another command. */
const beginnings =
  /[;&|()\n\r`{}!]|<\(|>\(|\$\(|(?<=^|\s)(?:then|do|else|elif|if|while|until|time|exec|command)(?=\s)/g;
const ends = /[;&|()\n\r`]/;

/** In characters, and in parts. */
const limits = { length: 20_000, parts: 500 };

/**
 * Returns the texts that a pattern is compared with: a command as a whole, and each part that the shell may run as a
 * command of its own, also without its assignments, its quotes and its doubled spaces. It finds too many rather than too
 * few. Returns `undefined` for a command that is too long to be taken apart.
 */
export function commandParts(command: string): readonly string[] | undefined {
  if (command.length > limits.length) return undefined;
  const found = new Set([command.trim()]);
  const starts = [0, ...[...command.matchAll(beginnings)].map((match) => match.index + match[0].length)];
  if (starts.length > limits.parts) return undefined;
  for (const start of starts) {
    const rest = command.slice(start);
    const part = (rest.split(ends, 1)[0] ?? "").trim();
    if (part === "") continue;
    found.add(part);
    const bare = part.replace(/^(?:\w+\+?=\S*\s+)+/, "");
    found.add(bare);
    const words = readCommand(bare.replace(/\s*\d*(?:>>?|<).*$/s, ""));
    found.add((words?.map(({ text }) => text) ?? bare.replaceAll(/["'\\]/g, "").split(/\s+/)).join(" "));
  }
  return [...found];
}

/** Whether one of these commands deletes the whole disk, the home folder, this folder or the one around it. */
export function deletesTooMuch(parts: readonly string[]): boolean {
  return parts.some((part) => {
    const words = part.split(/\s+/);
    const at = words.findIndex((word) => /(?:^|\/)rm$/i.test(word));
    if (at === -1) return false;
    const rest = words.slice(at + 1);
    const recursive = rest.some((word) => word === "--recursive" || /^-[a-z]*r/i.test(word));
    return recursive && rest.some((word) => tooMuch.test(normalized(word)));
  });
}

const tooMuch = /^(?:\/|~|\$HOME|\$\{HOME\}|\.|\.\.(?:\/\.\.)*)?(?:\/?\*)?\/?$/;

/** Takes out `.` and what `..` cancels. */
function normalized(path: string): string {
  const parts: string[] = [];
  const rooted = path.startsWith("/");
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    const last = parts.at(-1);
    if (part !== ".." || last === undefined || last === ".." || last === "~" || last.startsWith("$")) parts.push(part);
    else parts.pop();
  }
  const joined = (rooted ? "/" : "") + parts.filter((part) => !(rooted && part === "..")).join("/");
  return joined === "" ? "." : joined;
}
