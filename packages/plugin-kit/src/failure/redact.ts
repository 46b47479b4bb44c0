/** A secret, several, or none. */
export type Secret = string | readonly string[] | undefined;

/** Returns a text in which secrets are replaced by `***`. */
export function redact(text: string, secret: Secret): string {
  const secrets = typeof secret === "string" ? [secret] : (secret ?? []);
  return secrets.reduce((words, each) => (each === "" ? words : words.replaceAll(each, "***")), text);
}
