import bedrock from "@waygate/bedrock";
import { createRegistry, run } from "@waygate/core";
import { type OpenClient, prompt, Reader } from "../contestant.ts";
import { keys, modelId, region } from "./conversation.ts";

const credentials: Readonly<Record<string, string>> = {
  access_key_id: keys.accessKeyId,
  secret_access_key: keys.secretAccessKey,
};

const open: OpenClient = (endpoint) => {
  const registry = createRegistry({
    plugins: [bedrock],
    // The server of the benchmark answers nobody who asks which models there are.
    settings: { bedrock: { endpoint_url: endpoint, region, discover_models: false } },
    credentials: ({ credential }) => credentials[credential.id],
    // All contestants are asked for the same number of streams at a time.
    maxOpenStreams: Number.POSITIVE_INFINITY,
  });
  const gateway = registry.gateway("amazon-bedrock");
  const ask = () => run({ gateway, model: modelId, messages: [{ role: "user", content: prompt }] });

  return {
    answer: async () => {
      const reader = new Reader();
      for await (const event of ask()) if (event.type === "text-delta") reader.text(event.text);
      return reader.tally();
    },
    pause: async (after, wait) => {
      let seen = 0;
      for await (const event of ask()) {
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
