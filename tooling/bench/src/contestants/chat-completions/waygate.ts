import { createRegistry, type RunOptions, run } from "@waygate/core";
import openaiCompatible from "@waygate/openai-compatible";
import { apiKey, maxSteps, model, type OpenClient, prompt, Reader, runTool, tool } from "../contestant.ts";

const tools = [{ ...tool, execute: async () => runTool() }];

const open: OpenClient = (apiUrl) => {
  const registry = createRegistry({
    plugins: [openaiCompatible],
    settings: {
      openai_compatible: { bench: { api_url: apiUrl, available_models: [{ name: model, max_tokens: 1_000_000 }] } },
    },
    credentials: () => apiKey,
    // All contestants are asked for the same number of streams at a time.
    maxOpenStreams: Number.POSITIVE_INFINITY,
  });
  const gateway = registry.gateway("bench");
  const ask = (more: Partial<RunOptions>) =>
    run({ gateway, model, messages: [{ role: "user", content: prompt }], ...more });

  const read = async (more: Partial<RunOptions>) => {
    const reader = new Reader();
    for await (const event of ask(more)) {
      switch (event.type) {
        case "text-delta":
          reader.text(event.text);
          break;
        case "reasoning-delta":
          reader.reasoning(event.text);
          break;
        case "tool-call-delta":
          reader.piece(event.text);
          break;
        case "tool-call-end":
          reader.call();
          break;
      }
    }
    return reader.tally();
  };

  return {
    answer: (offerTool) => read(offerTool ? { tools, maxSteps: 1 } : {}),
    loop: () => read({ tools, maxSteps }),
    pause: async (after, wait) => {
      let seen = 0;
      for await (const event of ask({})) {
        if (event.type !== "text-delta") continue;
        seen += 1;
        if (seen < after) continue;
        await wait();
        break;
      }
    },
    close: () => registry.close(),
  };
};

export default open;
