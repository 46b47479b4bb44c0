import type { Random } from "../random.ts";
import { Reply, type Segment } from "../server/reply.ts";
import { bodyOf, type Framing, framings, response } from "../server/response.ts";
import type { Encoded } from "../wires/wire.ts";
import type { Scene } from "./fault.ts";

export interface Delivery {
  readonly encoded?: Encoded;
  /** In place of the answer's own bytes. */
  readonly body?: Buffer;
  readonly framing?: Framing;
  readonly headers?: readonly string[];
  readonly contentType?: string;
}

/** The response that an answer is delivered by, and how it is framed. */
export function respond(
  scene: Scene,
  delivery: Delivery = {},
): { readonly segments: Segment[]; readonly framing: Framing } {
  const { random, encoded } = scene;
  const { framing = random.pick(framings), contentType = (delivery.encoded ?? encoded).contentType } = delivery;
  const body = delivery.body ?? (delivery.encoded ?? encoded).body;
  const headers = [`content-type: ${contentType}`, ...(delivery.headers ?? [])];
  return { segments: response(random, { headers, body, framing }), framing };
}

/** Delivers an answer as it should be. */
export function deliver(scene: Scene, delivery: Delivery = {}): Reply {
  const { segments, framing } = respond(scene, delivery);
  const reply = new Reply().send(scene.random, segments);
  reply.whole = isWhole(delivery.encoded ?? scene.encoded, bodyOf(segments));
  return framing === "closed" ? reply.end() : reply;
}

/** Whether what was delivered begins with all that it takes to know that the answer is whole. */
export function isWhole({ body, wholeAt }: Encoded, delivered: Buffer): boolean {
  return delivered.length >= wholeAt && body.subarray(0, wholeAt).equals(delivered.subarray(0, wholeAt));
}

/** Puts bytes between two frames of an answer; the more frames there are, the less often at its ends. */
export function insertFrame({ random, encoded: { frames } }: Scene, bytes: Buffer): Buffer {
  const place = random.integer(0, frames.length - 1);
  return Buffer.concat([...frames.slice(0, place), bytes, ...frames.slice(place)]);
}

/** Ways in which a connection stops in the middle of something. */
export function breakOff(reply: Reply, random: Random, how: "end" | "reset" | "hold"): Reply {
  if (how === "hold") return reply.hold();
  // Both with and without time for what was sent to be read.
  if (random.chance(0.7)) reply.pause(random.integer(0, 3));
  return how === "end" ? reply.end() : reply.reset();
}
