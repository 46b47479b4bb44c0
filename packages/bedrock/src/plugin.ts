import { definePlugin } from "@waygate/core/plugin";
import { refusedHeaderIssue } from "@waygate/http";
import { credentials } from "./credentials/credentials.ts";
import { customHeaders } from "./custom-headers.ts";
import { openGateway } from "./open-gateway.ts";
import { options } from "./options.ts";
import { settings } from "./settings.ts";

/** Amazon Bedrock, through Converse and ConverseStream. */
export const bedrock = definePlugin({
  id: "amazon-bedrock",
  name: "Amazon Bedrock",
  contract: 1,
  settingsKey: "bedrock",
  settings,
  gatewayOptions: options,
  credentials,
  capabilities: {
    tools: true,
    toolChoice: true,
    images: true,
    files: true,
    reasoning: true,
    structuredOutput: true,
  },
  // AWS credentials hold in all regions, so that changing the region does not lose what the key store keeps.
  address: ({ endpoint_url }) => endpoint_url ?? "https://amazonaws.com",
  leftOut: (settings) => customHeaders(settings).refused.map(refusedHeaderIssue),
  open: openGateway,
});
