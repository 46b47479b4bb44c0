import { HostError } from "../host-error.ts";

/** Keys and list positions (from 0) that lead from the root of the settings to a place in them. */
export type KeyPath = readonly (string | number)[];

/** `language_models.openai_compatible["my.gateway"].available_models[0]` */
export function formatKeyPath(path: KeyPath): string {
  let text = "";
  for (const segment of path) {
    if (typeof segment === "number") text += `[${segment}]`;
    else if (/^[^.[\]"\s]+$/.test(segment)) text += text === "" ? segment : `.${segment}`;
    else text += `[${JSON.stringify(segment)}]`;
  }
  return text;
}

/**
 * The reverse of `formatKeyPath`: keys between dots, positions in a list as `[0]`, keys with dots or brackets as
 * `["my.key"]`. Throws a `HostError` of code `settings-path` for anything else.
 */
export function parseKeyPath(text: string): KeyPath {
  const path: (string | number)[] = [];
  const pattern = /(?:^|\.)([^.[\]"\s]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;
  while (pattern.lastIndex < text.length) {
    const from = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) {
      throw new HostError(
        "settings-path",
        `"${text}" names no setting: character ${from + 1} is not expected. Write keys with dots between them, positions as [0], and keys with dots of their own as ["a.b"].`,
      );
    }
    const [, key, position, quoted] = match;
    if (key !== undefined) path.push(key);
    else if (position !== undefined) path.push(Number(position));
    else path.push(parseQuoted(quoted ?? '""', text));
  }
  if (path.length === 0) throw new HostError("settings-path", "The name of a setting is empty.");
  return path;
}

function parseQuoted(quoted: string, text: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch (cause) {
    throw new HostError("settings-path", `"${text}" names no setting: ${quoted} is no JSON text.`, { cause });
  }
}
