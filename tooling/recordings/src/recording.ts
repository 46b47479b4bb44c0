import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** One recorded exchange with a gateway, and what a plain reading of it gives. */
export interface Recording {
  readonly id: string;
  readonly gateway: string;
  readonly api: string;
  readonly streaming: boolean;
  readonly request: { readonly url: string; readonly body: RecordedRequest | null };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly bodyEncoding: "utf8" | "base64";
    readonly body: string;
  };
  readonly oddities: readonly string[];
  readonly features: readonly string[];
  readonly expect: Expectation;
}

export interface RecordedRequest {
  readonly model?: string;
  readonly tools?: readonly { readonly type?: string; readonly function?: { readonly name?: string } }[];
  readonly [field: string]: unknown;
}

export interface Expectation {
  readonly shape: string;
  readonly ok: boolean;
  readonly text: string;
  readonly reasoning: string;
  readonly reasoningFields?: readonly string[];
  readonly toolCalls: readonly RecordedCall[];
  readonly finishReason: string | null;
  readonly usage: Readonly<Record<string, unknown>> | null;
  readonly model?: string;
  readonly responseId?: string;
  readonly error?: { readonly status?: number; readonly message: string | null; readonly malformed?: boolean };
}

export interface RecordedCall {
  readonly id: string | null;
  readonly name: string;
  readonly args: unknown;
  readonly argsRaw?: string;
  readonly argsError?: string;
  readonly argsEmpty?: boolean;
}

interface IndexEntry {
  readonly file: string;
  readonly gateway: string;
}

/**
 * Where the recordings lie: `RECORDINGS`, or a folder `shared/recordings` beside the repository. Undefined where they
 * are not there, which is an error in CI: what is meant to be checked there must not be passed over.
 */
export function recordingsFolder(): string | undefined {
  const folder = resolve(process.env.RECORDINGS ?? join(import.meta.dirname, "../../../../shared/recordings"));
  if (existsSync(join(folder, "index.json"))) return folder;
  if (process.env.CI === "true") throw new Error(`No recordings at ${folder}: set RECORDINGS to where they lie.`);
  return undefined;
}

/** The recordings whose gateway begins with `gateway`, in a stable order. */
export function readRecordings(folder: string, gateway: string): readonly Recording[] {
  const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as readonly IndexEntry[];
  return index
    .filter((entry) => entry.gateway.startsWith(gateway))
    .map((entry) => JSON.parse(readFileSync(join(folder, entry.file), "utf8")) as Recording);
}
