import type { Place } from "./settings/place.ts";

/** Every way the host itself can fail. Codes are API; messages are for people. */
export const hostErrorCodes = {
  "settings-unreadable":
    "The settings file cannot be read: no permission, not UTF-8, too large, or not a regular file.",
  "settings-syntax": "The settings file is not valid JSON with comments, or not an object.",
  "settings-unwritable": "The settings file cannot be written.",
  "settings-busy": "Another program holds the lock of the file, or keeps changing it.",
  "settings-path": "There is no such place in the settings, or it cannot hold what was to be put there.",
  "keychain-unavailable": "This machine has no keychain that answers.",
  "keychain-refused": "The keychain is locked, or would not do what it was asked.",
  "key-not-saved": "A key was written, but could not be read back.",
  "key-invalid": "The text cannot be a key: it is empty, or holds characters that no key has.",
  "key-from-environment": "The key comes from an environment variable, which the host does not change.",
  "key-file": "The file of keys cannot be used: others can read it, or it is not a file of keys.",
  "data-file": "A file of the program's own data cannot be read or written.",
  "unknown-plugin": "There is no such plugin to confirm, or it cannot be used.",
  "unknown-gateway": "There is no such gateway.",
  "unknown-credential": "The gateway has no such credential.",
  "gateway-refused": "The gateway's settings are wrong, so its address is not known.",
} as const;

export type HostErrorCode = keyof typeof hostErrorCodes;

// A symbol of the global registry: two copies of this package in one program recognise each other's errors.
const brand = Symbol.for("waygate.HostError");

/** What the host fails with. Recognise it with `isHostError`. Its message never holds a key or a settings value. */
export class HostError extends Error {
  override readonly name = "HostError";
  readonly code: HostErrorCode;
  /** Where in the settings, if it is about a place there. The message begins with it. */
  readonly place: Place | undefined;

  constructor(
    code: HostErrorCode,
    message: string,
    options: { readonly place?: Place; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.place = options.place;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Whether a value is a `HostError`, of this copy of the package or of another one in the same program. */
export function isHostError(value: unknown): value is HostError {
  return typeof value === "object" && value !== null && brand in value;
}
