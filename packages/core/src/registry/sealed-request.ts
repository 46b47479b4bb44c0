import type { ModelRequest } from "../contract/request.ts";
import { freeze, sealed } from "../stream/sealed.ts";

/**
 * Returns the request with its messages, tools and options as frozen copies. A plugin that changes a request would otherwise
 * change the program's own data, and with it what the next step and a fallback are sent.
 */
export function sealedRequest(request: ModelRequest): ModelRequest {
  const { messages, tools, gatewayOptions, responseFormat } = request;
  return {
    ...request,
    messages: messages.map(sealed),
    tools: tools.map(sealed),
    ...(gatewayOptions !== undefined && { gatewayOptions: sealed(gatewayOptions) }),
    ...(responseFormat !== undefined && { responseFormat: sealed(responseFormat) }),
  };
}

/** Freezes what was made of a sealed request for its recipient: parts of it are kept for the next step. */
export function frozenRequest(request: ModelRequest): ModelRequest {
  const messages = [...request.messages];
  const tools = [...request.tools];
  freeze(messages);
  freeze(tools);
  return { ...request, messages, tools };
}
