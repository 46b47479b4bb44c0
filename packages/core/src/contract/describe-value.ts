/** Longer texts, and those that may be keys, are described by their length. */
const shownCharacters = 40;

/**
 * Returns a short description of a value for an error message: what it is, and never what a long text or an object holds,
 * as that may be a secret.
 */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return isShown(value) ? JSON.stringify(value) : `a text of ${value.length} characters`;
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint") return "a BigInt";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof (value as { then?: unknown }).then === "function") return "a promise, which must be awaited first";
  const name = classOf(value);
  if (name !== undefined) return `an instance of ${name}`;
  const keys = Object.keys(value);
  if (keys.length === 0) return "an empty object";
  const some = keys.slice(0, 5).map(shortened).join(", ");
  return `an object with the ${keys.length === 1 ? "key" : "keys"} ${some}${keys.length > 5 ? ", …" : ""}`;
}

/** Returns the name of an object's class, or `undefined` for a plain object. Plain objects of other realms count as plain. */
export function classOf(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined;
  return value.constructor?.name || "a class without a name";
}

/** Words and short phrases are shown. A text without spaces that mixes digits and letters may be a key. */
function isShown(text: string): boolean {
  if (text.length > shownCharacters || /^(sk|vck|pk|gsk|AKIA|AIza|xai|hf|gh[pous])[-_A-Z]/.test(text)) return false;
  return text.length < 20 || !(/\d/.test(text) && /[a-z]/i.test(text)) || /\s/.test(text);
}

function shortened(key: string): string {
  return key.length > shownCharacters ? `${key.slice(0, shownCharacters)}…` : key;
}
