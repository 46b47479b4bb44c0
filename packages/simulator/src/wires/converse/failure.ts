import type { RequestFailure } from "../../failure.ts";

const NAMES: Readonly<Record<number, string>> = {
  400: "ValidationException",
  401: "UnrecognizedClientException",
  402: "ServiceQuotaExceededException",
  403: "AccessDeniedException",
  404: "ResourceNotFoundException",
  408: "ModelTimeoutException",
  413: "ValidationException",
  424: "ModelErrorException",
  429: "ThrottlingException",
  500: "InternalServerException",
  503: "ServiceUnavailableException",
};

/** The error shape of AWS's REST services. */
export function failureBody({ code, message }: RequestFailure): unknown {
  // Bedrock has no code for it: clients tell it from other mistakes by these words.
  return {
    message: code === "context_length_exceeded" ? `Input is too long for requested model. ${message}` : message,
  };
}

/** The name of an error stands in a header, not in the body. */
export function failureHeaders(failure: RequestFailure): Readonly<Record<string, string>> {
  return { "x-amzn-errortype": failureName(failure) };
}

function failureName({ status, code }: RequestFailure): string {
  if (code?.endsWith("Exception")) return code;
  return NAMES[status] ?? (status >= 500 ? "InternalServerException" : "ValidationException");
}
