import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { isObject } from "@waygate/core/plugin";
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { UsageError } from "./exit-code.ts";

export type KeyPath = readonly (string | number)[];

/** What the program takes from a settings file. Everything else in the file belongs to other programs. */
export interface Settings {
  /** As it was given, or the default place. */
  readonly file: string;
  /** False where there is no file, which is as good as an empty one. */
  readonly exists: boolean;
  /** `agent.default_model`, unchecked. */
  readonly defaultModel: unknown;
  /** `language_models`: raw settings by the plugins' keys. */
  readonly languageModels: Readonly<Record<string, unknown>>;
  /**
   * `file:line:column` of a value, or of its key; of what is nearest around it where it is missing. For people, and for
   * editors that make links of it.
   */
  place(path: KeyPath, part: "key" | "value"): string;
}

/**
 * Reads the settings, JSON with comments and trailing commas. Without `file`, those in the default place, which need
 * not exist. Throws a `UsageError` with file, line and column for what is no such JSON.
 */
export function readSettings(file: string | undefined, environment: NodeJS.ProcessEnv): Settings {
  const path = file ?? defaultSettingsFile(process.platform, environment);
  const text = readText(path, file !== undefined);
  const source = (text ?? "").replace(/^\ufeff/, "");
  const errors: ParseError[] = [];
  const tree = parseTree(source, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const [error] = errors;
  if (error !== undefined) {
    const wrong = expectations[printParseErrorCode(error.error)] ?? "it could not be read";
    throw new UsageError(`${placeOf(path, source, error.offset)}: This is not valid JSON: ${wrong}.`, "settings");
  }
  const place: Settings["place"] = (keys, part) => placeOf(path, source, offsetOf(tree, keys, part));
  const root: unknown = tree === undefined ? {} : getNodeValue(tree);
  if (!isObject(root)) throw new UsageError(`${place([], "value")}: The settings must be an object.`, "settings");
  const objectAt = (key: string): Readonly<Record<string, unknown>> => {
    const value = root[key] ?? {};
    if (isObject(value)) return value;
    throw new UsageError(`${place([key], "value")}: "${key}" must be an object.`, "settings");
  };
  return {
    file: path,
    exists: text !== undefined,
    defaultModel: objectAt("agent").default_model,
    languageModels: objectAt("language_models"),
    place,
  };
}

/** The platform's folder for settings, and `waygate/settings.json` in it. */
export function defaultSettingsFile(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): string {
  const home = environment.HOME || homedir();
  const folder =
    platform === "win32"
      ? environment.APPDATA || join(home, "AppData", "Roaming")
      : platform === "darwin"
        ? join(home, "Library", "Application Support")
        : environment.XDG_CONFIG_HOME || join(home, ".config");
  return join(folder, "waygate", "settings.json");
}

function readText(path: string, required: boolean): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" && !required) return undefined;
    if (code === "ENOENT") throw new UsageError(`There is no settings file "${path}".`, "settings");
    const words = error instanceof Error ? error.message : String(error);
    throw new UsageError(`The settings file "${path}" cannot be read: ${words}.`, "settings");
  }
}

function offsetOf(root: Node | undefined, path: KeyPath, part: "key" | "value"): number {
  for (let length = path.length; root !== undefined && length >= 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node === undefined) continue;
    const property = part === "key" && length === path.length ? node.parent : undefined;
    return property?.type === "property" ? property.offset : node.offset;
  }
  return 0;
}

function placeOf(path: string, text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return `${path}:${line}:${offset - before.lastIndexOf("\n")}`;
}

const expectations: Readonly<Record<string, string>> = {
  InvalidSymbol: "true, false, null, a number, or a text in double quotes was expected",
  InvalidNumberFormat: "this is no number",
  PropertyNameExpected: "a key in double quotes was expected",
  ValueExpected: "a value was expected",
  ColonExpected: 'a ":" was expected after the key',
  CommaExpected: 'a "," was expected between two entries',
  CloseBraceExpected: 'a "}" was expected',
  CloseBracketExpected: 'a "]" was expected',
  EndOfFileExpected: "nothing more was expected after the end of the settings",
  UnexpectedEndOfComment: "a comment has no end",
  UnexpectedEndOfString: "a text has no closing quote",
  UnexpectedEndOfNumber: "a number is incomplete",
  InvalidUnicode: "\\u must be followed by four hexadecimal digits",
  InvalidEscapeCharacter: "a backslash is followed by a character that it cannot stand before",
  InvalidCharacter: "a text holds a control character, such as a line break",
};
