import { Reply } from "../server/reply.ts";
import { bodyOf, cutAt, lengthOf, text } from "../server/response.ts";
import { breakOff, deliver, isWhole, respond } from "./deliver.ts";
import type { FaultKind, Scene } from "./fault.ts";

/** The connection breaks, falls silent or is slow. */
export const connectionFaults: readonly FaultKind[] = [
  { name: "reset before the answer", weight: 3, reply: () => new Reply().reset() },
  { name: "end before the answer", weight: 3, reply: () => new Reply().end() },
  { name: "silence before the answer", weight: 2, silent: true, reply: () => new Reply().hold() },
  { name: "end of one half, then silence", weight: 2, silent: true, reply: () => new Reply().end().hold() },
  { name: "deaf", weight: 1, silent: true, reply: () => new Reply().deaf().hold() },
  { name: "reset in the answer", weight: 10, reply: (scene) => cut(scene, "reset") },
  { name: "end in the answer", weight: 10, reply: (scene) => cut(scene, "end") },
  { name: "silence in the answer", weight: 6, silent: true, reply: (scene) => cut(scene, "hold") },
  { name: "end after whole chunks", weight: 6, reply: cutBody },
  {
    name: "reset after the answer",
    weight: 3,
    reply: (scene) =>
      breakOff(deliver(scene, { framing: scene.random.pick(["chunked", "length"]) }), scene.random, "reset"),
  },
  {
    name: "end after the answer",
    weight: 3,
    reply: (scene) =>
      deliver(scene, { framing: scene.random.pick(["chunked", "length"]) })
        .pause(0)
        .end(),
  },
  { name: "drip", weight: 4, harmless: true, reply: drip },
  { name: "late answer", weight: 2, harmless: true, reply: late },
  { name: "endless answer", weight: 1, endless: "content", reply: flood },
  { name: "endless signs of life", weight: 2, endless: "signs", reply: signsOfLife },
];

/** Stops at any byte, of the head and the framing too. */
function cut(scene: Scene, how: "end" | "reset" | "hold"): Reply {
  const { random, encoded } = scene;
  const { segments } = respond(scene);
  const kept = cutAt(segments, random.integer(1, lengthOf(segments) - 1));
  const reply = new Reply().send(random, kept);
  reply.whole = isWhole(encoded, bodyOf(kept));
  return breakOff(reply, random, how);
}

/** Stops where HTTP sees nothing wrong: the response is shorter, but whole. */
function cutBody(scene: Scene): Reply {
  const { random, encoded } = scene;
  const whole = random.chance(0.5);
  const frames = encoded.frames.slice(0, random.integer(0, encoded.frames.length - 1));
  const body = whole ? Buffer.concat(frames) : encoded.body.subarray(0, random.integer(0, encoded.body.length - 1));
  const reply = deliver(scene, { body });
  reply.whole = isWhole(encoded, body);
  return reply;
}

function drip(scene: Scene): Reply {
  const { random } = scene;
  const { segments, framing } = respond(scene);
  const bytes = Buffer.concat(segments.map((segment) => segment.bytes));
  const reply = new Reply();
  const step = Math.max(1, Math.ceil(bytes.length / random.integer(20, 120)));
  for (let at = 0; at < bytes.length; at += step) reply.write(bytes.subarray(at, at + step)).pause(0);
  reply.whole = true;
  return framing === "closed" ? reply.end() : reply;
}

function late(scene: Scene): Reply {
  const { random } = scene;
  const { segments, framing } = respond(scene);
  const at = random.integer(0, lengthOf(segments));
  const bytes = Buffer.concat(segments.map((segment) => segment.bytes));
  const reply = new Reply().pause(random.integer(1, 20)).write(bytes.subarray(0, at)).pause(random.integer(1, 20));
  reply.write(bytes.subarray(at));
  reply.whole = true;
  return framing === "closed" ? reply.end() : reply;
}

/** An answer that never comes to its end. */
function flood(scene: Scene): Reply {
  const { random, wire, answer, encoded } = scene;
  const talk = wire.stream({ ...answer, reasoning: "", calls: [], text: "more and more ".repeat(200) }, random, false);
  const piece = Buffer.concat(talk.frames.slice(1, -3));
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${encoded.contentType}\r\n\r\n`;
  const reply = new Reply().send(random, [text(head)]).flood(piece, random.pick([0, 1]));
  reply.altered = true;
  return reply;
}

function signsOfLife(scene: Scene): Reply {
  const { random, wire, encoded } = scene;
  const frames = encoded.frames.slice(0, random.integer(0, Math.ceil(encoded.frames.length / 2)));
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${encoded.contentType}\r\n\r\n`;
  const reply = new Reply().send(random, [text(head), ...frames.map((bytes) => ({ bytes, body: true }))]);
  return reply.flood(wire.aside("still here", random), 5);
}
