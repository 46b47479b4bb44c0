import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { isStepCount, jsonSchema, streamText, tool as toolOf } from "ai";
import {
  apiKey,
  maxSteps,
  model,
  type OpenClient,
  prompt,
  Reader,
  runTool,
  tool,
} from "../src/contestants/contestant.ts";

const tools = {
  [tool.name]: toolOf({
    description: tool.description,
    inputSchema: jsonSchema<{ path: string; content: string }>({
      ...tool.parameters,
      required: [...tool.parameters.required],
    }),
    execute: async () => runTool(),
  }),
};

const open: OpenClient = (apiUrl) => {
  const provider = createOpenAICompatible({ name: "bench", baseURL: apiUrl, apiKey, includeUsage: true });
  const ask = (steps: number | undefined, abortSignal?: AbortSignal) =>
    streamText({
      model: provider(model),
      prompt,
      maxRetries: 0,
      ...(abortSignal === undefined ? {} : { abortSignal }),
      ...(steps === undefined ? {} : { tools, stopWhen: isStepCount(steps) }),
    });

  const read = async (steps: number | undefined) => {
    const reader = new Reader();
    for await (const part of ask(steps).stream) {
      switch (part.type) {
        case "text-delta":
          reader.text(part.text);
          break;
        case "reasoning-delta":
          reader.reasoning(part.text);
          break;
        case "tool-input-delta":
          reader.piece(part.delta);
          break;
        case "tool-call":
          reader.call();
          break;
        case "error":
          throw part.error;
      }
    }
    return reader.tally();
  };

  return {
    answer: (offerTool) => read(offerTool ? 1 : undefined),
    loop: () => read(maxSteps),
    pause: async (after, wait) => {
      const leave = new AbortController();
      let seen = 0;
      for await (const part of ask(undefined, leave.signal).stream) {
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
