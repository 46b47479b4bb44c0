import { createParser } from "eventsource-parser";
import { Agent, request } from "undici";
import { apiKey, type OpenClient, Reader } from "../contestant.ts";
import {
  type Call,
  type Chunk,
  finishCalls,
  firstMessages,
  loopByHand,
  type Message,
  readDelta,
  requestOf,
} from "./wire.ts";

/** Floor B: what a careful programmer would write by hand for this one wire, with no library but for HTTP and framing. */
const open: OpenClient = (apiUrl) => {
  const agent = new Agent();

  const send = async (messages: Message[], offerTool: boolean) => {
    const { statusCode, body } = await request(`${apiUrl}/chat/completions`, {
      method: "POST",
      dispatcher: agent,
      headers: { "content-type": "application/json", authorization: `Bearer ${apiKey}` },
      body: JSON.stringify(requestOf(messages, offerTool)),
    });
    if (statusCode !== 200) throw new Error(`HTTP ${statusCode}`);
    return body;
  };

  const read = async (messages: Message[], offerTool: boolean, reader: Reader): Promise<Call[]> => {
    const calls: Call[] = [];
    const feed = feeder(calls, reader);
    for await (const bytes of await send(messages, offerTool)) feed(bytes);
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
      const reader = new Reader();
      const feed = feeder([], reader);
      for await (const bytes of await send(firstMessages(), false)) {
        feed(bytes);
        if (reader.tally().deltas < after) continue;
        await wait();
        break;
      }
    },
    close: () => agent.close(),
  };
};

export default open;

function feeder(calls: Call[], reader: Reader): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder();
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === "[DONE]") return;
      const chunk = JSON.parse(data) as Chunk;
      const delta = chunk.choices[0]?.delta;
      if (delta !== undefined) readDelta(delta, calls, reader);
    },
  });
  return (bytes) => parser.feed(decoder.decode(bytes, { stream: true }));
}
