import type { Reply } from "../server/reply.ts";
import { response } from "../server/response.ts";
import { deliver } from "./deliver.ts";
import type { FaultKind, Scene } from "./fault.ts";

/** What happens to a connection between two requests. */
export const keepAliveFaults: readonly FaultKind[] = [
  { name: "end while idle", weight: 4, reply: (scene) => kept(scene).pause(scene.random.integer(0, 10)).end() },
  { name: "reset while idle", weight: 4, reply: (scene) => kept(scene).pause(scene.random.integer(1, 10)).reset() },
  { name: "answer that was not asked for, at once", weight: 4, reply: (scene) => kept(scene).unasked(alien(scene)) },
  {
    name: "answer that was not asked for, later",
    weight: 4,
    reply: (scene) => kept(scene).pause(scene.random.integer(0, 10)).unasked(alien(scene)),
  },
  {
    name: "answer that was not asked for, in part",
    weight: 2,
    silent: true,
    reply: (scene) => {
      const bytes = alien(scene);
      return kept(scene).unasked(bytes.subarray(0, scene.random.integer(1, bytes.length - 1)));
    },
  },
  { name: "refusal that was not asked for", weight: 2, reply: unaskedRefusal },
  {
    name: "noise while idle",
    weight: 2,
    reply: (scene) => kept(scene).unasked(Buffer.from("\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")),
  },
];

/** An answer whose connection can be used again. */
function kept(scene: Scene): Reply {
  return deliver(scene, { framing: scene.random.pick(["chunked", "length"]) });
}

function alien({ random, alien: { body, contentType } }: Scene): Buffer {
  const segments = response(random, { headers: [`content-type: ${contentType}`], body, framing: "length" });
  return Buffer.concat(segments.map((segment) => segment.bytes));
}

/** As servers and load balancers send it before they close a connection that was idle for too long. */
function unaskedRefusal(scene: Scene): Reply {
  const { random } = scene;
  const head = "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
  return kept(scene).pause(random.integer(0, 5)).unasked(Buffer.from(head)).end();
}
