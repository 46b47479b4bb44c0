import { GatewayError } from "../contract/error.ts";
import type { GatewayPlugin } from "../contract/plugin.ts";
import type { ModelRequest } from "../contract/request.ts";
import { formatPath } from "../contract/settings.ts";

/** Returns a request's options as the plugin parses them. Throws a `GatewayError` for options that it rejects. */
export function checkOptions(
  id: string,
  plugin: GatewayPlugin,
  request: Pick<ModelRequest, "gatewayOptions">,
): ModelRequest["gatewayOptions"] {
  if (request.gatewayOptions === undefined) return undefined;
  if (plugin.parseGatewayOptions === undefined) {
    throw new GatewayError(`Gateway "${id}" has no options of its own. Leave "gatewayOptions" out of the request.`, {
      gateway: id,
      code: "invalid-request",
    });
  }
  const result = plugin.parseGatewayOptions(request.gatewayOptions);
  if (result.ok) return result.value;
  const issues = result.issues.map((issue) => `${formatPath(["gatewayOptions", ...issue.path])}: ${issue.message}`);
  throw new GatewayError(`The options for gateway "${id}" are wrong. ${issues.join(" ")}`, {
    gateway: id,
    code: "invalid-request",
  });
}
