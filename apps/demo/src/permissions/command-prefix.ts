import { type ReviewedCommand, reviewedPrograms } from "./reviewed-programs.ts";
import { readCommand, type ShellWord } from "./shell-command.ts";

/**
 * The program and subcommand of a command, such as `git status`, if a rule for them covers it. Returns `undefined` if
 * they are not reviewed, if an option or a word is not, and for everything that is more than one plain program. On
 * Windows nothing is covered: its shell reads words in another way.
 */
export function commandPrefix(command: string, platform: NodeJS.Platform = process.platform): string | undefined {
  const words = platform === "win32" ? undefined : readCommand(command);
  if (words === undefined || words.some(({ expands }) => expands)) return undefined;
  const [program, ...rest] = words;
  if (program === undefined || program.quoted || !Object.hasOwn(reviewedPrograms, program.text)) return undefined;
  const subcommands = reviewedPrograms[program.text] ?? {};
  for (const length of [2, 1, 0]) {
    const name = plain(rest.slice(0, length));
    if (name === undefined || !Object.hasOwn(subcommands, name)) continue;
    const reviewed = subcommands[name];
    const script = reviewed?.script === true ? scriptName(rest[length]) : [];
    if (reviewed === undefined || script === undefined) return undefined;
    const covered = covers(reviewed, program.text, rest.slice(length + script.length));
    return covered ? [program.text, name, ...script].filter((word) => word !== "").join(" ") : undefined;
  }
  return undefined;
}

/** Words without quotes as one text. */
function plain(words: readonly ShellWord[]): string | undefined {
  return words.some(({ quoted }) => quoted) ? undefined : words.map(({ text }) => text).join(" ");
}

function scriptName(word: ShellWord | undefined): readonly string[] | undefined {
  return word !== undefined && !word.quoted && /^[a-z0-9][\w:-]*$/i.test(word.text) ? [word.text] : undefined;
}

function covers(reviewed: ReviewedCommand, program: string, words: readonly ShellWord[]): boolean {
  const dashes = words.findIndex(({ text }) => text === "--");
  const own = dashes === -1 ? words : words.slice(0, dashes);
  const passed = dashes === -1 ? [] : words.slice(dashes + 1);
  if (dashes !== -1 && reviewed.passed === undefined) return false;
  return (
    own.every(({ text }) => wordIsCovered(text, reviewed.options, reviewed.operands, program)) &&
    passed.every(({ text }) => wordIsCovered(text, reviewed.passed ?? "", reviewed.operands, program))
  );
}

function wordIsCovered(text: string, options: string, operands: boolean, program: string): boolean {
  if (!text.startsWith("-")) return operands && staysInside(text);
  const known = options.split(" ");
  // Git hands signatures to a program that the repository names.
  if (text.includes("%G")) return false;
  const [name = "", ...value] = text.split("=");
  // Go takes one dash or two for the same option.
  const spelling = program === "go" && name.startsWith("--") ? name.slice(1) : name;
  if (value.length > 0) return known.includes(`${spelling}=`) && staysInside(value.join("="));
  if (known.includes(spelling) || known.includes(`${spelling}=`)) return true;
  return program !== "go" && /^-[^-]/.test(text) && lettersAreCovered(text.slice(1), known);
}

/** Options of one letter may be joined, and the last of them may be followed by its value: `-sb`, `-n5`, `-5`. */
function lettersAreCovered(letters: string, known: readonly string[]): boolean {
  if (/^\d+$/.test(letters)) return known.includes("-#");
  for (const [index, letter] of [...letters].entries()) {
    if (known.includes(`-${letter}=`)) return staysInside([...letters].slice(index + 1).join(""));
    if (!known.includes(`-${letter}`)) return false;
  }
  return true;
}

/** Whether a word cannot name a file outside of the folder, nor a file that holds further arguments. */
function staysInside(text: string): boolean {
  return !/^[/~@\\]|:\/\/|\\/.test(text) && !text.split("/").includes("..");
}
