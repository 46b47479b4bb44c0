import type { RequestFailure } from "../../failure.ts";

const WORDS: Readonly<Record<number, { readonly type: string; readonly code: string | null }>> = {
  401: { type: "invalid_request_error", code: "invalid_api_key" },
  402: { type: "insufficient_quota", code: "insufficient_quota" },
  403: { type: "permission_error", code: "permission_denied" },
  429: { type: "rate_limit_error", code: "rate_limit_exceeded" },
};

/** The error shape of OpenAI's API. */
export function failureBody(failure: RequestFailure): unknown {
  const words = WORDS[failure.status] ?? {
    type: failure.status >= 500 ? "server_error" : "invalid_request_error",
    code: null,
  };
  return {
    error: {
      message: failure.message,
      type: words.type,
      param: failure.parameter ?? null,
      code: failure.code ?? words.code,
    },
  };
}
