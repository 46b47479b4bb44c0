import { Agent, request } from "undici";
import { type OpenClient, Reader } from "../contestant.ts";
import { modelId, requestOf } from "./conversation.ts";

/** What a careful programmer would write by hand for this one wire. It neither signs nor checks the frames' checksums. */
const open: OpenClient = (apiUrl) => {
  const agent = new Agent();

  const send = async () => {
    const { statusCode, body } = await request(`${apiUrl}/model/${modelId}/converse-stream`, {
      method: "POST",
      dispatcher: agent,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(requestOf()),
    });
    if (statusCode !== 200) throw new Error(`HTTP ${statusCode}`);
    return body;
  };

  return {
    answer: async () => {
      const reader = new Reader();
      const feed = feeder(reader);
      for await (const bytes of await send()) feed(bytes as Buffer);
      return reader.tally();
    },
    pause: async (after, wait) => {
      const reader = new Reader();
      const feed = feeder(reader);
      for await (const bytes of await send()) {
        feed(bytes as Buffer);
        if (reader.tally().deltas < after) continue;
        await wait();
        break;
      }
    },
    close: () => agent.close(),
  };
};

export default open;

const preludeLength = 12;
const checksumLength = 4;

/** A frame: its length, that of its headers, a checksum, headers, payload, a checksum. */
function feeder(reader: Reader): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (piece) => {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let at = 0;
    while (bytes.length - at >= preludeLength) {
      const length = bytes.readUInt32BE(at);
      if (bytes.length - at < length) break;
      const start = at + preludeLength + bytes.readUInt32BE(at + 4);
      readPayload(JSON.parse(bytes.toString("utf8", start, at + length - checksumLength)) as Payload, reader);
      at += length;
    }
    rest = bytes.subarray(at);
  };
}

interface Payload {
  readonly delta?: { readonly text?: string };
}

function readPayload({ delta }: Payload, reader: Reader): void {
  if (delta?.text !== undefined) reader.text(delta.text);
}
