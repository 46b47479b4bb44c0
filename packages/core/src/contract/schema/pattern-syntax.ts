/** A pattern as a tree. */
export type PatternNode =
  | { readonly type: "character"; readonly set: CharacterSet }
  | { readonly type: "sequence"; readonly nodes: readonly PatternNode[] }
  | { readonly type: "choice"; readonly nodes: readonly PatternNode[] }
  | { readonly type: "repeat"; readonly node: PatternNode; readonly min: number; readonly max: number }
  | { readonly type: "assertion"; readonly kind: AssertionKind }
  | { readonly type: "look"; readonly node: PatternNode; readonly behind: boolean; readonly negative: boolean };

export type AssertionKind = "start" | "end" | "word-boundary" | "no-word-boundary";

/** A pattern that is read correctly, but cannot be matched in time that grows with the text alone. */
export class UnsupportedPattern extends Error {}

/** Groups within groups. */
const deepestGroup = 100;

/** The characters that one part of a pattern stands for, as the engine's own regular expressions understand them. */
export class CharacterSet {
  readonly #pattern: RegExp;
  readonly #unicode: boolean;
  /** For the characters of ASCII: 0 if not tried yet, 1 if in the set, 2 if not. */
  readonly #known = new Uint8Array(128);

  /** `source`: a class, an escape, a dot or a literal character. */
  constructor(source: string, unicode: boolean) {
    this.#unicode = unicode;
    // One character meets it at a time, so that there is nothing to backtrack.
    this.#pattern = new RegExp(`^(?:${source})$`, unicode ? "u" : "");
  }

  /** `character`: a code point, or a code unit if the pattern is not a Unicode one. */
  has(character: number): boolean {
    if (character >= 128) return this.#test(character);
    if (this.#known[character] === 0) this.#known[character] = this.#test(character) ? 1 : 2;
    return this.#known[character] === 1;
  }

  #test(character: number): boolean {
    return this.#pattern.test(this.#unicode ? String.fromCodePoint(character) : String.fromCharCode(character));
  }
}

/**
 * Reads a pattern, which is a regular expression that JavaScript accepts. Throws `UnsupportedPattern` for back
 * references and modifiers, and if groups are nested too deeply.
 */
export function parsePattern(source: string, unicode: boolean): PatternNode {
  return new PatternReader(source, unicode).read();
}

class PatternReader {
  readonly #source: string;
  readonly #unicode: boolean;
  #at = 0;
  #depth = 0;
  readonly #sets = new Map<string, CharacterSet>();

  constructor(source: string, unicode: boolean) {
    this.#source = source;
    this.#unicode = unicode;
  }

  read(): PatternNode {
    const node = this.#choice();
    if (this.#at < this.#source.length) throw new UnsupportedPattern();
    return node;
  }

  #choice(): PatternNode {
    if (++this.#depth > deepestGroup) throw new UnsupportedPattern();
    const nodes = [this.#sequence()];
    while (this.#take("|")) nodes.push(this.#sequence());
    this.#depth--;
    const [only] = nodes;
    return nodes.length === 1 && only !== undefined ? only : { type: "choice", nodes };
  }

  #sequence(): PatternNode {
    const nodes: PatternNode[] = [];
    while (this.#at < this.#source.length && !this.#sees("|") && !this.#sees(")")) nodes.push(this.#repeated());
    return { type: "sequence", nodes };
  }

  #repeated(): PatternNode {
    const node = this.#term();
    const range = this.#match(/\*|\+|\?|\{(\d+)(,?)(\d*)\}/y);
    if (range === undefined) return node;
    // Lazy or not: it decides what is captured, not whether there is a match.
    this.#take("?");
    const [sign, least = "", comma, most] = range;
    if (sign === "*") return { type: "repeat", node, min: 0, max: Number.POSITIVE_INFINITY };
    if (sign === "+") return { type: "repeat", node, min: 1, max: Number.POSITIVE_INFINITY };
    if (sign === "?") return { type: "repeat", node, min: 0, max: 1 };
    const min = Number(least);
    const max = most ? Number(most) : comma ? Number.POSITIVE_INFINITY : min;
    return { type: "repeat", node, min, max };
  }

  #term(): PatternNode {
    if (this.#take("^")) return { type: "assertion", kind: "start" };
    if (this.#take("$")) return { type: "assertion", kind: "end" };
    if (this.#take("\\b")) return { type: "assertion", kind: "word-boundary" };
    if (this.#take("\\B")) return { type: "assertion", kind: "no-word-boundary" };
    if (this.#sees("(")) return this.#group();
    const written = this.#match(/\[(?:\\[\s\S]|[^\]\\])*\]|\./uy)?.[0] ?? this.#escape() ?? this.#literal();
    return { type: "character", set: this.#set(written) };
  }

  #group(): PatternNode {
    const [opening = "("] = this.#match(/\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?/y) ?? [];
    // Modifiers, and whatever the language will have next.
    if (this.#sees("?")) throw new UnsupportedPattern();
    const node = this.#choice();
    if (!this.#take(")")) throw new UnsupportedPattern();
    const look = /^\(\?(<?)([=!])$/.exec(opening);
    if (look === null) return node;
    return { type: "look", node, behind: look[1] === "<", negative: look[2] === "!" };
  }

  #escape(): string | undefined {
    if (!this.#sees("\\")) return undefined;
    const syntax = this.#unicode ? unicodeEscape : plainEscape;
    const written = this.#match(syntax)?.[0];
    if (written === undefined) throw new UnsupportedPattern();
    return written;
  }

  #literal(): string {
    const character = this.#match(this.#unicode ? /[\s\S]/uy : /[\s\S]/y)?.[0];
    if (character === undefined) throw new UnsupportedPattern();
    // Older syntax has brackets and braces stand for themselves where nothing else is meant.
    return /[[\]{}/]/.test(character) ? `\\${character}` : character;
  }

  #set(source: string): CharacterSet {
    const set = this.#sets.get(source) ?? new CharacterSet(source, this.#unicode);
    this.#sets.set(source, set);
    return set;
  }

  #sees(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    if (!this.#sees(text)) return false;
    this.#at += text.length;
    return true;
  }

  #match(sticky: RegExp): readonly string[] | undefined {
    sticky.lastIndex = this.#at;
    const match = sticky.exec(this.#source);
    if (match === null) return undefined;
    this.#at = sticky.lastIndex;
    return match.map((group) => group ?? "");
  }
}

/** Escapes of Unicode patterns. Digits but 0 are back references, as is `\k`. */
const unicodeEscape =
  /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u\{[\da-fA-F]+\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|[pP]\{[^}]*\}|c[a-zA-Z]|[^1-9kuxpPc])/uy;
/** The same of older ones, where a letter without a meaning stands for itself. */
const plainEscape = /\\(?:u[\da-fA-F]{4}|x[\da-fA-F]{2}|c[a-zA-Z]|0[0-7]{0,2}|[^1-9kc])/y;
