const STOP_WORDS = new Set(
  (
    "a an the this that these those of in on at to into from for with by as is are was be been it its me my i you your we " +
    "our and or then please can could would will do does did have has given one all any some if not no so there here"
  ).split(" "),
);

/** Says nothing about which tool is meant: most tools that work on files have one of these in their name. */
const GENERIC_WORDS = new Set(
  "file folder directory path item data text tool command content current document input output".split(" ").map(stem),
);

/** Words of a text in lower case, in order. */
export function wordsOf(text: string): readonly string[] {
  return (text.match(/[\p{L}\p{N}_]+(?:['’]\p{L}+)?/gu) ?? []).map((word) => word.toLowerCase());
}

/** Words that a name is made of: `camelCase` and `snake_case` come apart. */
export function wordsOfName(name: string): readonly string[] {
  return wordsOf(name.replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2").replaceAll("_", " "));
}

/** A word without its endings, so that "files", "reading" and "written" meet "file", "read" and "write". */
export function stem(word: string): string {
  if (word === "written" || word === "wrote") return "writ";
  let rest = word.replace(/['’]s?$/, "");
  rest = rest.replace(/(?<=.{2})ies$/, "y").replace(/(?<=.{3})(?<!s)s$/, "");
  rest = rest.replace(/(?<=.{3})(?:ing|ed|ly)$/, "").replace(/(?<=.{3})e$/, "");
  return rest.replace(/(?<=.{2})([bdgmnprt])\1$/, "$1");
}

export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}

export function isGeneric(stemmed: string): boolean {
  return GENERIC_WORDS.has(stemmed);
}

/** Whether two stems are forms of one word, such as "calculat" and "calculator". */
export function isSameWord(left: string, right: string): boolean {
  if (left === right) return true;
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  return short.length >= 5 && long.startsWith(short);
}
