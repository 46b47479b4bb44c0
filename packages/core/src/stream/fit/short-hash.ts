/**
 * Returns `length` characters of an alphabet that depend on the text alone. It tells texts apart (64 bits) and protects
 * against nothing: a caller that must not mix up two texts compares them.
 */
export function shortHash(text: string, length: number, alphabet: string): string {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5bd1e995) ^ (high >>> 15);
  }
  let digits = "";
  for (let index = 0; index < length; index++) {
    low = scramble((low + high + index) | 0);
    high = scramble(high ^ low);
    digits += alphabet.charAt((low >>> 0) % alphabet.length);
  }
  return digits;
}

/** Spreads each bit over all of them; no two numbers give the same. */
function scramble(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
