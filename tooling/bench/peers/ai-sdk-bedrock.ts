import { createAmazonBedrock } from "@ai-sdk/amazon-bedrock";
import { streamText } from "ai";
import { type OpenClient, prompt, Reader } from "../src/contestants/contestant.ts";
import { keys, modelId, region } from "../src/contestants/converse/conversation.ts";

const open: OpenClient = (baseURL) => {
  const provider = createAmazonBedrock({ region, baseURL, ...keys });
  const ask = (abortSignal?: AbortSignal) =>
    streamText({
      model: provider(modelId),
      prompt,
      maxRetries: 0,
      ...(abortSignal === undefined ? {} : { abortSignal }),
    });

  return {
    answer: async () => {
      const reader = new Reader();
      for await (const part of ask().stream) {
        if (part.type === "text-delta") reader.text(part.text);
        else if (part.type === "error") throw part.error;
      }
      return reader.tally();
    },
    pause: async (after, wait) => {
      const leave = new AbortController();
      let seen = 0;
      for await (const part of ask(leave.signal).stream) {
        if (part.type !== "text-delta") continue;
        seen += 1;
        if (seen < after) continue;
        await wait();
        break;
      }
      leave.abort();
    },
    close: async () => {},
  };
};

export default open;
