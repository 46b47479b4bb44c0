import type { Random } from "./random.ts";
import type { AwsKeys } from "./wires/signature.ts";

/** The secrets of one run: no other run has the same, so that what leaks tells where from. */
export interface Secrets {
  /** What is sent as a bearer token. */
  readonly key: string;
  readonly aws: AwsKeys;
}

/** Keys with the signs that encodings change. */
export function makeSecrets(random: Random): Secrets {
  const part = (length: number, signs: string) =>
    Array.from({ length }, () => signs[random.integer(0, signs.length - 1)]).join("");
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const temporary = random.chance(0.5);
  return {
    key: `sk-chaos${part(10, letters)}${random.pick(["", '"', "+", "/%", "\\", "&<", "=="])}${part(22, letters)}`,
    aws: {
      accessKeyId: `${temporary ? "ASIA" : "AKIA"}${part(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")}`,
      secretAccessKey: `${part(20, `${letters}+/`)}${part(20, letters)}`,
      sessionToken: temporary ? `sk-session${part(60, `${letters}+/`)}==` : undefined,
    },
  };
}

/** Ways in which a service may quote a secret. */
const quotes: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => `Bearer ${secret}`,
  (secret) => encodeURIComponent(secret),
  (secret) => base64(secret),
  (secret) => base64(`user:${secret}`),
  (secret) => JSON.stringify({ authorization: `Bearer ${secret}` }),
  // Where a text is cut to some length, the cut may run through it.
  (secret) => `${"x".repeat(185)}${secret}`,
  (secret) => `${secret} and again ${secret}`,
];

export function quoteSecret(random: Random, secret: string): string {
  return random.pick(quotes)(secret);
}

/** How many characters of a secret are found wherever they stand, and how far apart a text is looked at. */
const fragment = 10;
const stride = 6;

/** Looks for secrets in texts, in all forms in which they may show. */
export class SecretFinder {
  /** What every fragment of a secret is. */
  readonly #fragments = new Map<string, string>();

  /** `secrets`: by their names. */
  constructor(secrets: Readonly<Record<string, string | undefined>>) {
    for (const [name, secret] of Object.entries(secrets)) {
      for (const [how, form] of secret === undefined ? [] : formsOf(secret)) {
        for (let at = 0; at + fragment <= form.length; at++) {
          const piece = form.slice(at, at + fragment);
          if (!this.#fragments.has(piece)) this.#fragments.set(piece, `${name} ${how}`);
        }
      }
    }
  }

  /** Names the secret that shows in a text, and its form; undefined if none does. 15 characters of one are enough. */
  find(text: string): string | undefined {
    for (let at = 0; at + fragment <= text.length; at += stride) {
      const found = this.#fragments.get(text.slice(at, at + fragment));
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function formsOf(secret: string): readonly (readonly [how: string, form: string])[] {
  return [
    ["plain", secret],
    ["URL-encoded", encodeURIComponent(secret)],
    ["escaped as JSON", JSON.stringify(secret).slice(1, -1)],
    ["escaped as JSON twice", JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    // The same bytes look otherwise by how many come before them.
    ...[0, 1, 2].map((before) => ["in base64", base64Within(secret, before)] as const),
  ];
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** Without the signs that what stands around it has a part in. */
function base64Within(secret: string, before: number): string {
  const whole = Buffer.from(`${"x".repeat(before)}${secret}`).toString("base64");
  return whole.slice(Math.ceil((before * 4) / 3), Math.floor((Buffer.byteLength(secret) + before) / 3) * 4);
}
