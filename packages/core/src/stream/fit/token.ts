import type { TokenRule } from "../../contract/constraints.ts";
import { shortHash } from "./short-hash.ts";

/** Makes ids or names that a rule accepts. */
export interface TokenMaker {
  isLegal(text: string): boolean;
  /**
   * Returns a legal token for a text: the text itself if it is legal, else always the same one for the same text. With an
   * `attempt` above 0, another one, for when the first is taken.
   */
  make(text: string, attempt?: number): string;
}

const alphanumerics = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/** Of the hash behind a readable beginning. */
const readableHash = 6;
/** So many made tokens are kept. */
const mostMade = 10_000;
/** Of a hash alone: 64 bits are in 11 characters of 62. */
const wholeHash = 12;

/** Accepts every text. */
const anyToken: TokenMaker = { isLegal: () => true, make: (text) => text };

/** Makes ids, which need not be readable: `call_` and a hash, or as much of it as the rule has room for. */
export function idMaker(rule: TokenRule | "any"): TokenMaker {
  return makerOf(rule, "callIds", ({ legal, alphabet, minLength, maxLength }) => {
    const length = Math.max(minLength, Math.min(maxLength, wholeHash));
    const prefixed = legal.test(`call_${"0".repeat(length)}`) || legal.test(`call_${"a".repeat(length)}`);
    return (_, hashed) => (prefixed ? "call_" : "") + shortHash(hashed, length, alphabet);
  });
}

/** Makes names that stay readable for a model: the legal characters, and a hash. */
export function nameMaker(rule: TokenRule | "any"): TokenMaker {
  return makerOf(rule, "toolNames", ({ legal, alphabet, minLength, maxLength, accepts, begins }) => {
    const join = accepts("_") ? "_" : "";
    const hashLength = Math.min(readableHash, maxLength);
    return (text, hashed) => {
      const hash = shortHash(hashed, hashLength, alphabet);
      const words = [...text].map((character) => (accepts(character) ? character : join)).join("");
      const readable = join === "" ? words : words.replace(/_+/g, "_").replace(/^_|_$/g, "");
      const begun = begins(readable) ? readable : `tool${readable === "" ? "" : join}${readable}`;
      const name = `${begun.slice(0, Math.max(0, maxLength - hashLength - join.length))}${join}${hash}`;
      return legal.test(name) ? name : shortHash(hashed, Math.max(minLength, hashLength), alphabet);
    };
  });
}

interface ReadRule {
  readonly legal: RegExp;
  /** Letters and digits that are legal everywhere. */
  readonly alphabet: string;
  readonly minLength: number;
  readonly maxLength: number;
  accepts(character: string): boolean;
  /** Whether a legal token may begin as the text does. */
  begins(text: string): boolean;
}

function makerOf(
  rule: TokenRule | "any",
  field: string,
  strategy: (rule: ReadRule) => (text: string, hashed: string) => string,
): TokenMaker {
  if (rule === "any") return anyToken;
  const read = readRule(rule, field);
  const makeOther = strategy(read);
  /** Every step of a conversation needs those of the steps before it again. */
  const made = new Map<string, string>();
  return {
    isLegal: (text) => read.legal.test(text),
    make(text, attempt = 0) {
      if (attempt === 0 && read.legal.test(text)) return text;
      const hashed = attempt === 0 ? text : `${text}\n${attempt}`;
      const known = made.get(hashed);
      if (known !== undefined) return known;
      const token = makeOther(text, hashed);
      if (made.size >= mostMade) made.clear();
      made.set(hashed, token);
      return token;
    },
  };
}

/** Throws a `TypeError` for a rule by which nothing can be made. */
function readRule(rule: TokenRule, field: string): ReadRule {
  const { characters, firstCharacter = characters, minLength = 1, maxLength } = rule;
  const wrong = (problem: string) => new TypeError(`constraints.${field} ${problem}: ${JSON.stringify(rule)}.`);
  if (!(Number.isInteger(minLength) && Number.isInteger(maxLength) && 1 <= minLength && minLength <= maxLength)) {
    throw wrong("needs 1 <= minLength <= maxLength");
  }
  const most = maxLength - 1;
  let one: RegExp;
  let legal: RegExp;
  let first: RegExp;
  try {
    one = new RegExp(`^[${characters}]$`, "u");
    first = new RegExp(`^[${firstCharacter}]$`, "u");
    legal = new RegExp(`^[${firstCharacter}][${characters}]{${Math.max(0, minLength - 1)},${most}}$`, "u");
  } catch (cause) {
    throw new TypeError(wrong("has characters that no regular expression reads").message, { cause });
  }
  const alphabet = [...alphanumerics].filter((sign) => one.test(sign) && first.test(sign)).join("");
  if (alphabet.length < 2) throw wrong("must accept letters or digits");
  return {
    legal,
    alphabet,
    minLength,
    maxLength,
    accepts: (character) => one.test(character),
    begins: (text) => first.test([...text][0] ?? ""),
  };
}
