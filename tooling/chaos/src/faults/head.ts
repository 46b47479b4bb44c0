import { Reply } from "../server/reply.ts";
import { framings, response, text } from "../server/response.ts";
import { breakOff, deliver, respond } from "./deliver.ts";
import type { FaultKind, Scene } from "./fault.ts";

/** What comes before or in place of an answer: statuses, redirects, pages, heads that are broken. */
export const headFaults: readonly FaultKind[] = [
  { name: "refusal", weight: 8, reply: refusal },
  { name: "page", weight: 5, reply: page },
  { name: "refusal without words", weight: 2, reply: (scene) => refuse(scene, { body: "", headers: [] }) },
  { name: "refusal that breaks off", weight: 3, reply: brokenRefusal },
  { name: "refusal that falls silent", weight: 1, silent: true, reply: (scene) => brokenRefusal(scene, "hold") },
  { name: "endless refusal", weight: 1, endless: "signs", reply: endlessRefusal },
  { name: "redirect", weight: 4, reply: redirect },
  { name: "informational responses first", weight: 4, harmless: true, reply: informational },
  { name: "continuation first", weight: 1, reply: (scene) => continuation(scene) },
  { name: "endless informational responses", weight: 1, endless: "signs", reply: onlyInformational },
  {
    name: "switching protocols",
    weight: 1,
    reply: (scene) => odd(scene, "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"),
  },
  { name: "broken head", weight: 4, reply: brokenHead },
  {
    name: "head that stops",
    weight: 2,
    silent: true,
    reply: (scene) => odd(scene, "HTTP/1.1 200 OK\r\ncontent-ty", "hold"),
  },
  { name: "success without an answer", weight: 2, reply: empty },
];

const statuses = [400, 401, 402, 403, 404, 408, 409, 413, 418, 422, 425, 429, 500, 501, 502, 503, 504, 524, 529, 599];

function refusal(scene: Scene): Reply {
  const { random, wire } = scene;
  return refuse(scene, wire.refusal(scene.words(), random.pick(statuses), random));
}

function refuse(
  scene: Scene,
  { body, headers }: { readonly body: string; readonly headers: readonly string[] },
): Reply {
  const { random } = scene;
  const status = random.pick(statuses);
  const retry = random.pick(["0", "1", "0.01", "Thu, 01 Jan 2026 00:00:00 GMT", "soon", "-3", "99999999999"]);
  const own = random.chance(0.3) ? [`retry-after: ${retry}`] : [];
  const framing = random.pick(framings);
  const init = { status, headers: [...headers, ...own], body: Buffer.from(body), framing };
  const reply = new Reply().send(random, response(random, init));
  return framing === "closed" ? reply.end() : reply;
}

function page(scene: Scene): Reply {
  const { random } = scene;
  const body = Buffer.from(`<!DOCTYPE html>\n<html><title>Sign in</title><body>${scene.words()}</body></html>`);
  const framing = random.pick(framings);
  const headers = [random.pick(["content-type: text/html", "content-type: text/event-stream", "x-none: x"])];
  const status = random.pick([200, 200, 403, 502]);
  const reply = new Reply().send(random, response(random, { status, headers, body, framing }));
  return framing === "closed" ? reply.end() : reply;
}

function brokenRefusal(scene: Scene, how?: "hold"): Reply {
  const { random, wire } = scene;
  const { body, headers } = wire.refusal(scene.words(), 500, random);
  const all = response(random, { status: random.pick(statuses), headers, body: Buffer.from(body), framing: "length" });
  const bytes = Buffer.concat(all.map((segment) => segment.bytes));
  const reply = new Reply().write(bytes.subarray(0, random.integer(bytes.length - body.length, bytes.length - 1)));
  return breakOff(reply, random, how ?? random.pick(["end", "reset"]));
}

function endlessRefusal(scene: Scene): Reply {
  const { random } = scene;
  const head = `HTTP/1.1 ${random.pick(statuses)} No\r\ncontent-type: application/json\r\n\r\n{"error": "`;
  return new Reply().write(head).flood(Buffer.from(`${scene.words()} `.repeat(20)), 1);
}

function redirect(scene: Scene): Reply {
  const { random, here, elsewhere } = scene;
  const quoted = random.chance(0.3) ? `?${encodeURIComponent(scene.words())}` : "";
  const location = random.pick([
    `${here}/v2/chat`,
    "/v2/chat",
    `${elsewhere}/v1/chat`,
    "//localhost:1/",
    "not an address",
  ]);
  const headers = [`location: ${location}${quoted}`];
  const status = random.pick([300, 301, 302, 303, 304, 305, 307, 308]);
  return new Reply().send(random, response(random, { status, headers, body: Buffer.alloc(0), framing: "length" }));
}

function informational(scene: Scene): Reply {
  const { random } = scene;
  // Without a 100, which undici takes from nothing but a request that expects it.
  const kinds = ["102 Processing\r\n", "103 Early Hints\r\nlink: </style.css>; rel=preload\r\n"];
  const first = random.list(1, 20, () => text(`HTTP/1.1 ${random.pick(kinds)}\r\n`));
  const { segments, framing } = respond(scene);
  const reply = new Reply().send(random, [...first, ...segments]);
  reply.whole = true;
  return framing === "closed" ? reply.end() : reply;
}

function continuation(scene: Scene): Reply {
  const { segments, framing } = respond(scene);
  const reply = new Reply().send(scene.random, [text("HTTP/1.1 100 Continue\r\n\r\n"), ...segments]);
  reply.whole = true;
  return framing === "closed" ? reply.end() : reply;
}

function onlyInformational({ random }: Scene): Reply {
  const kind = random.pick(["100 Continue", "102 Processing", "103 Early Hints"]);
  return new Reply().flood(Buffer.from(`HTTP/1.1 ${kind}\r\n\r\n`), 2);
}

function brokenHead(scene: Scene): Reply {
  const { random, encoded } = scene;
  const heads = [
    "HTTP/1.1 OK\r\n\r\n",
    "HTTP/9.9 200 OK\r\n\r\n",
    "HTTP/1.1 000 Nothing\r\n\r\n",
    "HTTP/1.1 2000 OK\r\n\r\n",
    "ICY 200 OK\r\n\r\n",
    "\u0016\u0003\u0001\u0002\u0000",
    "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
    "HTTP/1.1 200 OK\r\nname\u0000: value\r\n\r\n",
    "HTTP/1.1 200 OK\r\n : value\r\n\r\n",
    `HTTP/1.1 200 OK\r\nx-words: ${scene.words().replaceAll(/[\r\n]/g, " ")}\r\nno colon\r\n\r\n`,
    `HTTP/1.1 200 OK\r\nx-long: ${"x".repeat(40_000)}\r\n\r\n`,
    "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 7\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: abc\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n",
  ];
  const reply = new Reply().send(random, [text(random.pick(heads)), { bytes: encoded.body, body: true }]);
  // A client may be lenient with some of them, and get the answer.
  reply.whole = undefined;
  return breakOff(reply, random, random.pick(["end", "reset"]));
}

function empty(scene: Scene): Reply {
  const { random, encoded } = scene;
  const kind = random.pick([200, 200, 204, 205, 202]);
  if (kind === 200) return deliver(scene, { body: Buffer.alloc(0) });
  const headers = [`content-type: ${encoded.contentType}`];
  return new Reply().send(
    random,
    response(random, { status: kind, headers, body: Buffer.alloc(0), framing: "length" }),
  );
}

function odd({ random }: Scene, head: string, how: "end" | "hold" = "end"): Reply {
  return breakOff(new Reply().send(random, [text(head)]), random, how);
}
