import type { Reply } from "../server/reply.ts";
import type { Encoded } from "../wires/wire.ts";
import { deliver, insertFrame, isWhole } from "./deliver.ts";
import type { FaultKind, Scene } from "./fault.ts";

/** What the stream itself says is wrong, or merely unusual. */
export const streamFaults: readonly FaultKind[] = [
  { name: "noise between events", weight: 5, harmless: true, reply: noisy },
  { name: "long signs of life", weight: 2, harmless: true, reply: longNoise },
  { name: "huge comment", weight: 1, harmless: true, reply: hugeComment },
  {
    name: "words in passing",
    weight: 3,
    harmless: true,
    reply: (scene) => inserted(scene, scene.wire.aside(scene.words(), scene.random), true),
  },
  {
    name: "wrong content type",
    weight: 2,
    harmless: true,
    reply: (scene) =>
      deliver(scene, {
        contentType: scene.random.pick(["text/plain", "application/json", "application/octet-stream", "video/mp4"]),
      }),
  },
  {
    name: "whole answer in place of a stream",
    weight: 4,
    harmless: true,
    reply: (scene) => deliver(scene, { encoded: inOnePiece(scene) }),
  },
  { name: "whole answer that is cut", weight: 3, reply: wholeCut },
  {
    name: "failure in the stream",
    weight: 8,
    reply: (scene) => inserted(scene, scene.wire.failure(scene.words(), scene.random)),
  },
  { name: "failure that ends the stream", weight: 5, reply: failureAtEnd },
  { name: "failure, then silence", weight: 2, reply: failureThenSilence },
  {
    name: "garbage in the stream",
    weight: 5,
    reply: (scene) => inserted(scene, scene.wire.garbage(scene.words(), scene.random)),
  },
  {
    name: "bytes lost",
    weight: 3,
    reply: (scene) => spliced(scene, (body, from, to) => [body.subarray(0, from), body.subarray(to)]),
  },
  {
    name: "bytes twice",
    weight: 3,
    reply: (scene) => spliced(scene, (body, from, to) => [body.subarray(0, to), body.subarray(from)]),
  },
  { name: "more after the end", weight: 3, reply: moreAfter },
  { name: "huge line", weight: 0.2, reply: hugeLine },
];

function noisy(scene: Scene): Reply {
  return deliver(scene, { encoded: scene.wire.stream(scene.answer, scene.random, true) });
}

/** Long compared with the answer, and with a pause now and then. */
function longNoise(scene: Scene): Reply {
  const { random, wire, encoded } = scene;
  const life = Buffer.concat(random.list(50, 200, () => wire.aside("still here", random)));
  const place = random.integer(0, encoded.frames.length - 1);
  const body = Buffer.concat([...encoded.frames.slice(0, place), life, ...encoded.frames.slice(place)]);
  const reply = deliver(scene, { body });
  reply.whole = true;
  return reply;
}

function hugeComment(scene: Scene): Reply {
  const { random, wire } = scene;
  return inserted(scene, wire.aside("x".repeat(random.integer(200_000, 2_000_000)), random), true);
}

/** `harmless`: the answer is none the worse for it. */
function inserted(scene: Scene, bytes: Buffer, harmless = false): Reply {
  const body = insertFrame(scene, bytes);
  const reply = deliver(scene, { body });
  reply.whole = harmless || isWhole(scene.encoded, body);
  return reply;
}

/** The answer without a stream. Arguments that are cut off cannot be sent so on every wire. */
function inOnePiece({ wire, answer, encoded }: Scene): Encoded {
  return answer.calls.some(({ cut }) => cut) ? encoded : wire.whole(answer);
}

function wholeCut(scene: Scene): Reply {
  const { random } = scene;
  const encoded = inOnePiece(scene);
  const body = encoded.body.subarray(0, random.integer(1, encoded.body.length - 1));
  return deliver(scene, { encoded, body });
}

function failureAtEnd(scene: Scene): Reply {
  const { random, wire, encoded } = scene;
  const frames = encoded.frames.slice(0, random.integer(0, encoded.frames.length - 1));
  const body = Buffer.concat([...frames, wire.failure(scene.words(), random)]);
  return deliver(scene, { body });
}

function failureThenSilence(scene: Scene): Reply {
  const { random, wire, encoded } = scene;
  const frames = encoded.frames.slice(0, random.integer(0, encoded.frames.length - 1));
  const bytes = Buffer.concat([...frames, wire.failure(scene.words(), random)]);
  const reply = deliver(scene, { body: bytes, framing: "chunked" });
  // Without its last chunk the response has no end.
  const last = reply.ops.findLast((op) => op.type === "write");
  if (last?.type === "write")
    Object.assign(last, { bytes: last.bytes.subarray(0, Math.max(0, last.bytes.length - 5)) });
  reply.whole = isWhole(encoded, Buffer.concat(frames));
  return reply.hold();
}

/** Never cut at two ends of frames: what is left would be an answer that nothing is wrong with. */
function spliced(scene: Scene, join: (body: Buffer, from: number, to: number) => readonly Buffer[]): Reply {
  const { random, wire, encoded } = scene;
  const ends = new Set<number>([0]);
  let end = 0;
  for (const frame of encoded.frames) {
    end += frame.length;
    ends.add(end);
  }
  const [from = 1, to = from + 1] = random.cuts(encoded.body.length, 2);
  const safe = ends.has(from) && ends.has(to) ? from + 1 : from;
  const reply = deliver(scene, { body: Buffer.concat(join(encoded.body, Math.min(safe, to), to)) });
  reply.altered = !wire.checked;
  return reply;
}

/** The stream goes on after it has said that it is over. */
function moreAfter(scene: Scene): Reply {
  const { random, wire, encoded, alien } = scene;
  const more = random.pick([
    alien.body,
    wire.failure(scene.words(), random),
    wire.garbage(scene.words(), random),
    encoded.body,
  ]);
  const reply = deliver(scene, { body: Buffer.concat([encoded.body, more]) });
  reply.whole = true;
  return reply;
}

/** Longer than any client should be willing to keep. */
function hugeLine(scene: Scene): Reply {
  const { encoded } = scene;
  return deliver(scene, { body: Buffer.concat([encoded.frames[0] ?? Buffer.alloc(0), Buffer.alloc(18_000_000, "x")]) });
}
