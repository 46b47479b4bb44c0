import { parseArgs } from "node:util";
import { didYouMean } from "@waygate/core/plugin";
import { type LineRange, parseLineRange } from "./editing/line-range.ts";
import { UsageError } from "./exit-code.ts";
import { type Effort, efforts } from "./model-choice.ts";

export const commands = [
  "chat",
  "models",
  "keys",
  "plugins",
  "permissions",
  "settings",
  "schema",
  "doctor",
  "commit",
  "edit",
] as const;
export type CommandName = (typeof commands)[number];

/** What the program was asked to do. */
export interface Arguments {
  readonly command: CommandName;
  readonly help: boolean;
  readonly version: boolean;
  /** The question; undefined where none was given. */
  readonly prompt: string | undefined;
  /** `gateway:model`. */
  readonly model: string | undefined;
  /** What stands after the command; of `chat`, the question. */
  readonly words: readonly string[];
  readonly settings: string | undefined;
  /** Zed's own settings file. */
  readonly zed: boolean;
  readonly folder: string;
  readonly system: string | undefined;
  readonly effort: Effort | undefined;
  readonly maxSteps: number | undefined;
  readonly json: boolean;
  readonly yes: boolean;
  readonly tools: boolean;
  readonly tour: boolean;
  /** Ask for lists of models anew. */
  readonly refresh: boolean;
  /** Have a model call a tool, in real. */
  readonly probe: boolean;
  /** Have a model name the conversation. */
  readonly title: boolean;
  /** Of a file that is edited. Undefined: all of them. */
  readonly lines: LineRange | undefined;
}

const options = {
  model: { type: "string", short: "m" },
  settings: { type: "string" },
  zed: { type: "boolean" },
  folder: { type: "string" },
  system: { type: "string" },
  effort: { type: "string" },
  "max-steps": { type: "string" },
  json: { type: "boolean" },
  yes: { type: "boolean", short: "y" },
  "no-tools": { type: "boolean" },
  tour: { type: "boolean" },
  refresh: { type: "boolean" },
  probe: { type: "boolean" },
  title: { type: "boolean" },
  lines: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
} as const;

/** Reads the command line. Throws a `UsageError` that says what is wrong with it. */
export function parseArguments(argv: readonly string[], currentFolder: string): Arguments {
  const { values, tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const words: string[] = [];
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind === "option") checkOption(token, seen);
  }
  const text = (name: keyof typeof options) => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  const command = commandOf(words);
  checkBelonging(values, command);
  if (values.tour === true && (words.length > 0 || values.json === true || command !== "chat")) {
    throw new UsageError("--tour has a question of its own: leave the question, the command and --json out.");
  }
  if (values.settings !== undefined && values.zed === true) {
    throw new UsageError("--settings and --zed name two files: leave one of them out.");
  }
  return {
    command,
    help: values.help === true,
    version: values.version === true,
    prompt: words.length === 0 ? undefined : words.join(" "),
    words,
    model: text("model"),
    settings: text("settings"),
    zed: values.zed === true,
    folder: text("folder") ?? currentFolder,
    system: text("system"),
    effort: effortOf(text("effort")),
    maxSteps: countOf("--max-steps", text("max-steps")),
    json: values.json === true,
    yes: values.yes === true,
    tools: values["no-tools"] !== true,
    tour: values.tour === true,
    refresh: values.refresh === true,
    probe: values.probe === true,
    title: values.title === true,
    lines: lineRangeOf(text("lines")),
  };
}

/** Options that mean something to some commands only. */
const belonging: Readonly<Record<string, readonly CommandName[]>> = {
  refresh: ["models", "doctor"],
  probe: ["doctor"],
  title: ["chat"],
  lines: ["edit"],
};

function checkBelonging(values: Readonly<Record<string, unknown>>, command: CommandName): void {
  for (const [name, owners] of Object.entries(belonging)) {
    if (values[name] === undefined || owners.includes(command)) continue;
    throw new UsageError(`--${name} belongs to ${owners.map((owner) => `"${owner}"`).join(" and ")}.`);
  }
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  /** Written as `--name=value`. */
  readonly inlineValue: boolean | undefined;
}

function checkOption({ name, rawName, value, inlineValue }: OptionToken, seen: Set<string>): void {
  if (!isOption(name)) {
    const known = Object.keys(options).map((option) => `--${option}`);
    throw new UsageError(`There is no option ${rawName}.${didYouMean(rawName, known)} --help lists them all.`);
  }
  if (options[name].type === "boolean" && value !== undefined) {
    throw new UsageError(`${rawName} takes no value: leave "${value}" out.`);
  }
  const swallowed = inlineValue !== true && value?.startsWith("--") === true;
  if (options[name].type === "string" && (value === undefined || value === "" || swallowed)) {
    throw new UsageError(`${rawName} needs a value after it.`);
  }
  if (seen.has(name)) throw new UsageError(`${rawName} was given twice.`);
  seen.add(name);
}

function isOption(name: string): name is keyof typeof options {
  return Object.hasOwn(options, name);
}

/** Takes the command off the words; what is left of them is the question. `chat` need not be said. */
function commandOf(words: string[]): CommandName {
  const [first] = words;
  const command = commands.find((name) => name === first);
  if (command !== undefined) words.shift();
  // One bare word is a misspelt command rather than a question.
  else if (first !== undefined && words.length === 1 && !/\s/.test(first)) {
    throw new UsageError(
      `There is no command "${first}".${didYouMean(first, commands)} To ask the model: waygate chat "${first}".`,
    );
  }
  return command ?? "chat";
}

function effortOf(text: string | undefined): Effort | undefined {
  const effort = efforts.find((candidate) => candidate === text);
  if (text !== undefined && effort === undefined) {
    throw new UsageError(`--effort is one of ${efforts.join(", ")}, not "${text}".${didYouMean(text, efforts)}`);
  }
  return effort;
}

function countOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new UsageError(`${name} is a whole number above 0, not "${text}".`);
  return count;
}

function lineRangeOf(text: string | undefined): LineRange | undefined {
  if (text === undefined) return undefined;
  const range = parseLineRange(text);
  if (range !== undefined) return range;
  throw new UsageError(`--lines is a line or a range of lines, such as 12, 12-20 or 12-, not "${text}".`);
}
