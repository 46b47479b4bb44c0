/** Something in a message that may become an argument as it stands. */
export interface Mention {
  readonly kind: "quoted" | "path" | "url" | "number";
  /** Without quotes. */
  readonly text: string;
  /** Whether it could name a file or a folder, quoted or not. */
  readonly isPath: boolean;
  /** Where it stands in the message, quotes included. */
  readonly start: number;
  readonly end: number;
}

const CANDIDATE = new RegExp(
  [
    "```[^\\n`]*\\n(?<fenced>[\\s\\S]*?)\\n?```",
    "`(?<ticked>[^`]+)`",
    '"(?<double>[^"]+)"',
    "“(?<curly>[^“”]+)”",
    "(?<!\\w)'(?<single>[^'\\n]+)'(?!\\w)",
    "(?<url>https?://[^\\s<>\"'`]+)",
    "(?<folder>\\b[\\w.-]+[ \\t]+(?:folder|directory)\\b)",
    "(?<word>(?:\\b[A-Za-z]:[\\\\/])?[^\\s,;:!?()<>[\\]{}|=\"'`“”]+)",
  ].join("|"),
  "gi",
);

const WELL_KNOWN = new Map([
  ["readme", "README.md"],
  ["changelog", "CHANGELOG.md"],
  ["license", "LICENSE"],
  ["licence", "LICENSE"],
  ["makefile", "Makefile"],
  ["dockerfile", "Dockerfile"],
]);

/** Hardly words of a sentence. */
const FOLDER_NAME = /^(?:src|lib|dist|node_modules)$/;
/** Folder names where a folder is expected, words elsewhere. */
const LIKELY_FOLDER_NAME = /^(?:docs|tests?|packages|apps|examples|scripts|public|assets|bin|tooling)$/;
const BEFORE_FOLDER = /\b(?:in|inside|under|within|into|list|ls)\s+(?:the\s+)?$/i;

const NOT_A_FOLDER_NAME = new Set(
  "a an any each every other new my your no one what which same whole entire".split(" "),
);
const THE_FOLDER_ITSELF = new Set("this the that current working project root".split(" "));
const NOT_A_PATH =
  /^(?:and\/or|either\/or|yes\/no|on\/off|true\/false|n\/a|w\/o|he\/she|e\.g|i\.e|[ap]\.m|(?:node|next|vue|nuxt)\.js)$/i;

/** Finds what stands in quotes or code marks, paths, addresses and numbers, in the order of the text. */
export function findMentions(text: string): readonly Mention[] {
  const mentions: Mention[] = [];
  for (const match of text.matchAll(CANDIDATE)) {
    const { fenced, ticked, double, curly, single, url, folder, word } = match.groups ?? {};
    const quoted = fenced ?? ticked ?? double ?? curly ?? single;
    const start = match.index;
    if (quoted !== undefined) {
      const end = start + match[0].length;
      mentions.push({ kind: "quoted", text: quoted, isPath: isPath(quoted.trim()), start, end });
    } else if (url !== undefined) {
      const address = url.replace(/[.,;:!?)]+$/, "");
      mentions.push({ kind: "url", text: address, isPath: false, start, end: start + address.length });
    } else if (folder !== undefined) mentions.push(...folderMention(folder, start));
    else if (word !== undefined) mentions.push(...wordMention(word, start, text));
  }
  return mentions;
}

/** Whether a text, taken alone, could name a file or a folder. */
export function isPath(text: string): boolean {
  if (text === "" || /\s/.test(text) || NOT_A_PATH.test(text)) return false;
  if (/^(?:\.|\.\.|~|(?:\.{1,2}|~)?[\\/].*)$/.test(text)) return true;
  if (/[\\/]/.test(text)) return !/^[\d./\\-]+$/.test(text) && !text.includes("://");
  return /^\.[A-Za-z][\w-]*$/.test(text) || /^[\w@+*-][\w@+*.-]*\.[A-Za-z][A-Za-z0-9]{0,9}$/.test(text);
}

function wordMention(word: string, start: number, message: string): Mention[] {
  // A full stop ends the sentence, not the name, unless it is the name.
  const text = /^\.{1,2}$/.test(word) ? word : word.replace(/\.+$/, "");
  const end = start + text.length;
  const wellKnown = WELL_KNOWN.get(text.toLowerCase());
  if (wellKnown !== undefined) return [{ kind: "path", text: wellKnown, isPath: true, start, end }];
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return [{ kind: "number", text, isPath: false, start, end }];
  const isFolderName =
    FOLDER_NAME.test(text) ||
    (LIKELY_FOLDER_NAME.test(text) && BEFORE_FOLDER.test(message.slice(Math.max(0, start - 20), start)));
  return isFolderName || isPath(text) ? [{ kind: "path", text, isPath: true, start, end }] : [];
}

function folderMention(phrase: string, start: number): Mention[] {
  const name = phrase.split(/\s/, 1)[0] ?? "";
  if (NOT_A_FOLDER_NAME.has(name.toLowerCase())) return [];
  const text = THE_FOLDER_ITSELF.has(name.toLowerCase()) ? "." : name;
  return [{ kind: "path", text, isPath: true, start, end: start + phrase.length }];
}
