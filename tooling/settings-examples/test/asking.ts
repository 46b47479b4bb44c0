import type { Tool } from "@waygate/core";

/** What examples offer and show. */
export const look: Tool = {
  name: "look",
  description: "Looks.",
  parameters: { type: "object", properties: {} },
  execute: () => "seen",
};

export const image = { type: "image", mediaType: "image/png", source: { type: "base64", data: "AAAA" } } as const;
