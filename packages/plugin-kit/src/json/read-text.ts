/** Returns a text as it is, or `undefined` for an empty text and for any other value. */
export function readText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Returns the texts of a list, without its other entries. Returns `undefined` if the value is not a list. */
export function readTexts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : undefined;
}
