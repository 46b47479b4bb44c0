import { GatewayError } from "@waygate/core/plugin";
import { type HttpResponse, readAll } from "@waygate/http";
import { type FailureContext, failureOf } from "./failure-of.ts";

/** Bytes of an error's body that are read. */
const longest = 1024 * 1024;

/**
 * Reads a response that is not a success, and returns its error. Redirects are not followed: they would carry the key to
 * an address that was not configured. The response is cancelled, and its connection with it.
 *
 * @param url The address that was asked, for the message about a redirect.
 */
export async function failureOfResponse(
  context: FailureContext,
  response: HttpResponse,
  url: URL,
): Promise<GatewayError> {
  const { status, headers } = response;
  const { gateway } = context;
  try {
    if (status >= 400) {
      // If the body breaks off, the status alone says what is wrong.
      const body = await readAll(response, longest).catch(() => "");
      return failureOf(context, { status, headers, body: String(body) });
    }
  } finally {
    response.cancel();
  }
  const target = status >= 300 && headers.location !== undefined ? ` to ${headers.location}` : "";
  return new GatewayError(
    `Gateway "${gateway}" answered ${status}${target} in place of an answer. ` +
      `Redirects are not followed with a key: put the final address in place of ${url.origin} in the settings.`,
    { gateway, code: "protocol", status },
  );
}
