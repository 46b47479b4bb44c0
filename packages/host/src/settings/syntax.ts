import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import type { KeyPath } from "./key-path.ts";

/** The syntax tree of a text and what is wrong with it. */
export interface Syntax {
  /** Undefined for a text of comments and blanks. */
  readonly root: Node | undefined;
  readonly faults: readonly SyntaxFault[];
}

export interface SyntaxFault {
  readonly offset: number;
  /** What was expected there. */
  readonly message: string;
}

/** Reads JSON with comments and trailing commas. */
export function parseSyntax(text: string): Syntax {
  const errors: ParseError[] = [];
  try {
    const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
    return { root, faults: errors.map(toFault) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { root: undefined, faults: [{ offset: 0, message: "Objects and lists are nested too deeply." }] };
  }
}

function toFault({ error, offset }: ParseError): SyntaxFault {
  const wrong = expectations[printParseErrorCode(error)] ?? "it could not be read";
  return { offset, message: `This is not valid JSON: ${wrong}.` };
}

/** The plain value of a node. Of keys that stand twice the last counts, as in `JSON.parse`. */
export function nodeValue(node: Node): unknown {
  if (node.type === "array") return (node.children ?? []).map(nodeValue);
  if (node.type !== "object") return node.value;
  const object: Record<string, unknown> = {};
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key === undefined || value === undefined) continue;
    // Defined, not assigned: a key named __proto__ is data like any other.
    const entry = { value: nodeValue(value), enumerable: true, configurable: true, writable: true };
    Object.defineProperty(object, String(key.value), entry);
  }
  return object;
}

/** The node of a place; the last one where a key stands twice. */
export function findNode(root: Node | undefined, path: KeyPath): Node | undefined {
  let node = root;
  for (const segment of path) {
    if (node === undefined) return undefined;
    if (typeof segment === "number") node = node.type === "array" ? node.children?.[segment] : undefined;
    else node = node.type === "object" ? findProperty(node, segment)?.children?.[1] : undefined;
  }
  return node;
}

/** The property of an object, key and value together. */
export function findProperty(object: Node, key: string): Node | undefined {
  return object.children?.findLast((property) => property.children?.[0]?.value === key && property.children.length > 1);
}

/** Keys that stand twice in one object, each time but the last. */
export function findDuplicates(root: Node | undefined): readonly { readonly key: string; readonly offset: number }[] {
  const found: { key: string; offset: number }[] = [];
  const visit = (node: Node): void => {
    if (node.type === "array") node.children?.forEach(visit);
    if (node.type !== "object") return;
    const last = new Map<string, number>();
    for (const { children: [key, value] = [] } of node.children ?? []) {
      if (key === undefined) continue;
      const name = String(key.value);
      const earlier = last.get(name);
      if (earlier !== undefined) found.push({ key: name, offset: earlier });
      last.set(name, key.offset);
      if (value !== undefined) visit(value);
    }
  };
  if (root !== undefined) visit(root);
  return found;
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
