import { BedrockRuntimeClient, ConverseStreamCommand } from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { type OpenClient, Reader } from "../contestant.ts";
import { keys, modelId, region, requestOf } from "./conversation.ts";

/** The SDK's own loop, as its documentation has it. Over HTTP/1.1: its default handler makes a connection per request. */
const open: OpenClient = (endpoint) => {
  const client = new BedrockRuntimeClient({
    region,
    endpoint,
    credentials: keys,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({ httpAgent: { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY } }),
  });

  const send = async () => {
    const { stream } = await client.send(new ConverseStreamCommand({ modelId, ...requestOf() }));
    if (stream === undefined) throw new Error("there is no stream");
    return stream;
  };

  return {
    answer: async () => {
      const reader = new Reader();
      for await (const { contentBlockDelta } of await send()) {
        if (contentBlockDelta?.delta?.text !== undefined) reader.text(contentBlockDelta.delta.text);
      }
      return reader.tally();
    },
    pause: async (after, wait) => {
      let seen = 0;
      for await (const { contentBlockDelta } of await send()) {
        if (contentBlockDelta === undefined) continue;
        seen += 1;
        if (seen < after) continue;
        await wait();
        break;
      }
    },
    close: async () => client.destroy(),
  };
};

export default open;
