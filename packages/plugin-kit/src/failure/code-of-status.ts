import type { ErrorCode } from "@waygate/core/plugin";

/** The words of services about a conversation that is too long. Those about too many tokens in a span of time are not meant. */
const overflow =
  /context[ _-]?(length|window|size)|maximum context|exceeds? the (model'?s )?(maximum )?context|(prompt|input) (is )?too long|too many (input|prompt|total) (text )?tokens|too many tokens(?!,? please wait| per | in )|input tokens? exceed|max(imum)? (prompt|input) (length|tokens)|input length and .?max_tokens.? exceed|reduce the length/i;

/** Whether the words of a service say that the conversation is longer than the model's context window. */
export function isContextOverflow(words: string): boolean {
  return overflow.test(words);
}

/**
 * Returns the code of an HTTP status that is not a success.
 *
 * @param words The service's own. They tell apart what shares a status: a model or another thing that does not exist, a
 * conversation that is too long or another fault of the request.
 */
export function codeOfStatus(status: number, words = ""): ErrorCode {
  switch (status) {
    case 401:
      return "authentication";
    case 402:
      return "payment-required";
    case 403:
      return "permission";
    case 404:
      return /model/i.test(words) ? "model-not-found" : "invalid-request";
    case 408:
    case 504:
    // Of Cloudflare, for a server behind it that did not answer in time.
    case 522:
    case 524:
      return "timeout";
    case 413:
      return "context-overflow";
    case 424:
      return "server-error";
    case 429:
      return "rate-limited";
    case 503:
    // Of Anthropic.
    case 529:
      return "overloaded";
  }
  if (status >= 500) return "server-error";
  if (status < 400) return "protocol";
  return isContextOverflow(words) ? "context-overflow" : "invalid-request";
}
