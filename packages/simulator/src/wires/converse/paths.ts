import { RequestFailure } from "../../failure.ts";
import type { Endpoint } from "../wire.ts";

const COMPLETION = /^(?:\/v1)?\/model\/([^/]+)\/(converse|converse-stream)$/;
const CONTROL = /^(?:\/v1)?\/(foundation-models|inference-profiles|guardrails)(?:\/(.+))?$/;

/** Which endpoint of Bedrock a path is, if it is one. AWS has them at the root; they are under `/v1` as well. */
export function endpoint(path: string): Endpoint | undefined {
  if (COMPLETION.test(path)) return { kind: "completion", method: "POST" };
  return CONTROL.test(path) ? { kind: "models", method: "GET" } : undefined;
}

/** The model that a completion's path names, and how it is to answer. */
export function readCompletion(path: string): { readonly model: string; readonly stream: boolean } {
  const [, model = "", operation] = COMPLETION.exec(path) ?? [];
  return { model: decoded(model), stream: operation === "converse-stream" };
}

/** What a path of the control plane asks for. `id` is absent for a list. */
export function readControl(path: string): {
  readonly resource: string;
  readonly id: string | undefined;
  readonly query: URLSearchParams;
} {
  const { pathname, searchParams } = new URL(path, "http://simulator");
  const [, resource = "", id] = CONTROL.exec(pathname) ?? [];
  return { resource, id: id === undefined ? undefined : decoded(id), query: searchParams };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RequestFailure(400, `'${text}' is not encoded as a part of an address has to be.`);
  }
}
