import type { Constraints } from "@waygate/core/plugin";

/** What OpenRouter accepts whichever provider answers: it puts system messages and images in results where each wants them. */
export const constraints: Constraints = {
  systemMessages: "leading",
  toolResultMedia: "accepted",
};
