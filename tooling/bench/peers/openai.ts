import OpenAI from "openai";
import {
  type Call,
  finishCalls,
  firstMessages,
  loopByHand,
  type Message,
  readDelta,
  requestOf,
} from "../src/contestants/chat-completions/wire.ts";
import { apiKey, type OpenClient, Reader } from "../src/contestants/contestant.ts";

const open: OpenClient = (apiUrl) => {
  const client = new OpenAI({ baseURL: apiUrl, apiKey, maxRetries: 0 });

  const read = async (messages: Message[], offerTool: boolean, reader: Reader): Promise<Call[]> => {
    const calls: Call[] = [];
    for await (const chunk of await client.chat.completions.create(request(messages, offerTool))) {
      const delta = chunk.choices[0]?.delta;
      if (delta !== undefined) readDelta(delta as Parameters<typeof readDelta>[0], calls, reader);
    }
    finishCalls(calls, reader);
    return calls;
  };

  return {
    answer: async (tool) => {
      const reader = new Reader();
      await read(firstMessages(), tool, reader);
      return reader.tally();
    },
    loop: async () => (await loopByHand((messages, reader) => read(messages, true, reader))).tally(),
    pause: async (after, wait) => {
      let seen = 0;
      for await (const chunk of await client.chat.completions.create(request(firstMessages(), false))) {
        if (!chunk.choices[0]?.delta.content) continue;
        seen += 1;
        if (seen < after) continue;
        await wait();
        break;
      }
    },
    close: async () => {},
  };
};

export default open;

function request(messages: Message[], offerTool: boolean): OpenAI.ChatCompletionCreateParamsStreaming {
  return requestOf(messages, offerTool);
}
