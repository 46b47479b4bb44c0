import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import type { Random } from "../random.ts";
import { Reply, type Segment } from "../server/reply.ts";
import { text } from "../server/response.ts";
import { breakOff, deliver, isWhole, respond } from "./deliver.ts";
import type { FaultKind, Scene } from "./fault.ts";

/** The body's framing or its encoding is wrong, or merely unusual. */
export const framingFaults: readonly FaultKind[] = [
  { name: "answer of HTTP/1.0", weight: 2, harmless: true, reply: oldVersion },
  { name: "bad chunk", weight: 5, reply: badChunk },
  { name: "length too short", weight: 4, reply: tooShort },
  { name: "length too long, then an end", weight: 3, reply: (scene) => tooLong(scene, "end") },
  { name: "length too long, then silence", weight: 3, silent: true, reply: (scene) => tooLong(scene, "hold") },
  { name: "compressed", weight: 5, reply: compressed },
  { name: "compressed and damaged", weight: 4, reply: damaged },
  { name: "compression that is not there", weight: 2, reply: notCompressed },
  { name: "compression that is not told", weight: 2, reply: notTold },
  { name: "damage anywhere", weight: 8, silent: true, reply: flipped },
];

function oldVersion({ random, encoded }: Scene): Reply {
  const head = `HTTP/1.0 200 OK\r\ncontent-type: ${encoded.contentType}\r\n\r\n`;
  const reply = new Reply().send(random, [text(head), { bytes: encoded.body, body: true }]).end();
  reply.whole = true;
  return reply;
}

function badChunk(scene: Scene): Reply {
  const { random, encoded } = scene;
  const at = random.integer(0, encoded.body.length - 1);
  const good = encoded.body.subarray(0, at);
  const rest = encoded.body.subarray(at);
  const bad = random.pick([
    "zz\r\n",
    "-1\r\n",
    "fffffffffffffffff\r\n",
    "0x10\r\n",
    "\r\n",
    `${(rest.length + 7).toString(16)}`,
    `${rest.length.toString(16)}\n`,
    `${Math.max(1, rest.length - 3).toString(16)}\r\n`,
  ]);
  const begun =
    good.length === 0 ? [] : [text(`${good.length.toString(16)}\r\n`), { bytes: good, body: true }, text("\r\n")];
  const head = text(`HTTP/1.1 200 OK\r\ncontent-type: ${encoded.contentType}\r\ntransfer-encoding: chunked\r\n\r\n`);
  const reply = new Reply().send(random, [
    head,
    ...begun,
    text(bad),
    { bytes: rest, body: true },
    text("\r\n0\r\n\r\n"),
  ]);
  // Some parsers pass on what they can of a chunk before they find fault with it.
  reply.whole = undefined;
  return breakOff(reply, random, random.pick(["end", "reset"]));
}

/** The rest of the answer stands where the next response begins. */
function tooShort(scene: Scene): Reply {
  const { random, encoded } = scene;
  const told = random.integer(1, encoded.body.length - 1);
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${encoded.contentType}\r\ncontent-length: ${told}\r\n\r\n`;
  const reply = new Reply().send(random, [text(head), { bytes: encoded.body, body: true }]);
  reply.whole = isWhole(encoded, encoded.body.subarray(0, told));
  return reply;
}

function tooLong(scene: Scene, how: "end" | "hold"): Reply {
  const { random, encoded } = scene;
  const told = encoded.body.length + random.integer(1, 1000);
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${encoded.contentType}\r\ncontent-length: ${told}\r\n\r\n`;
  const reply = new Reply().send(random, [text(head), { bytes: encoded.body, body: true }]);
  reply.whole = true;
  return breakOff(reply, random, how);
}

/** The best quality takes as long as all the rest of a run. */
const brotli = (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } });

const encodings = {
  gzip: gzipSync,
  br: brotli,
  deflate: deflateSync,
  "x-gzip": gzipSync,
  raw: deflateRawSync,
};
const encodingNames = ["gzip", "br", "deflate", "x-gzip", "raw"] as const;

/** Compressed although the client did not offer to read it. A client may refuse it, but not misread it. */
function compressed(scene: Scene): Reply {
  const { random, encoded } = scene;
  const name = random.pick(encodingNames);
  const body = encodings[name](encoded.body);
  const reply = deliver(scene, { body, headers: [`content-encoding: ${name === "raw" ? "deflate" : name}`] });
  reply.whole = true;
  return reply;
}

/** So that it shows: cut off, or wrong from its first bytes on. */
function damaged(scene: Scene): Reply {
  const { random, encoded } = scene;
  const name = random.pick(encodingNames);
  const whole = encodings[name](encoded.body);
  const cut = whole.subarray(0, random.integer(1, Math.max(1, Math.floor(whole.length / 2))));
  const wrong = Buffer.concat([Buffer.from([0xff, 0xfe, random.integer(0, 255), 0x07]), whole.subarray(4)]);
  const body = random.pick([cut, wrong]);
  return deliver(scene, { body, headers: [`content-encoding: ${name === "raw" ? "deflate" : name}`] });
}

function notCompressed(scene: Scene): Reply {
  const reply = deliver(scene, {
    headers: [`content-encoding: ${scene.random.pick(["gzip", "br", "deflate", "zstd", "x"])}`],
  });
  // As it is, it can be read by a client that does not look at the header.
  reply.whole = true;
  return reply;
}

function notTold(scene: Scene): Reply {
  const { random, encoded } = scene;
  return deliver(scene, { body: encodings[random.pick(encodingNames)](encoded.body) });
}

/** One to three bits of the whole response are turned: of its body, or anywhere. */
function flipped(scene: Scene): Reply {
  const { random, wire } = scene;
  const { segments, framing } = respond(scene);
  const bytes = Buffer.concat(segments.map((segment) => segment.bytes));
  const onlyBody = random.chance(0.6);
  for (let count = random.integer(1, 3); count > 0; count--) {
    const place = onlyBody ? placeInBody(random, segments) : random.integer(0, bytes.length - 1);
    bytes[place] = (bytes[place] ?? 0) ^ (1 << random.integer(0, 7));
  }
  const reply = new Reply().send(random, [{ bytes, body: true }]);
  reply.whole = undefined;
  reply.altered = !wire.checked;
  return framing === "closed" || random.chance(0.5) ? reply.end() : reply;
}

function placeInBody(random: Random, segments: readonly Segment[]): number {
  const candidates = segments.flatMap((segment, index) => (segment.body && segment.bytes.length > 0 ? [index] : []));
  const chosen = random.pick(candidates);
  const before = segments.slice(0, chosen).reduce((sum, { bytes }) => sum + bytes.length, 0);
  return before + random.integer(0, (segments[chosen]?.bytes.length ?? 1) - 1);
}
