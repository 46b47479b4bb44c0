import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type Case, casesOf, closingAnswer, type Scale, slowAnswer, slowConsumer } from "../cases.ts";
import { enduranceAnswer, enduranceId } from "../endurance/trial.ts";
import { type Wire, wires } from "../wire.ts";
import { type Encoding, encodings } from "./encode/encoding.ts";
import { Pacer } from "./pacer.ts";

/** A server on loopback whose answers are encoded beforehand. The first two segments of the path name wire and case. */
export async function startServer(scale: Scale): Promise<{ server: Server; origin: string }> {
  const routes = new Map(wires.flatMap((wire) => [...routesOf(wire, scale)]));
  let slowSocket: Socket | undefined;
  for (const wire of wires) {
    const slow = once(() => Buffer.concat(encodings[wire].encode(slowAnswer(scale))));
    routes.set(`${wire}/${slowConsumer.id}`, (response) => {
      slowSocket = response.socket ?? undefined;
      sendCut(response, slow(), slowConsumer.send.bytes);
    });
  }

  let served = 0;
  routes.set(`chat-completions/${enduranceId}`, (response) => {
    served += 1;
    response.end(Buffer.concat(encodings["chat-completions"].encode(enduranceAnswer, `_${served}`)));
  });

  const server = createServer((request, response) => {
    const [, wire = "", id] = request.url?.split("/") ?? [];
    if (wire === "sent") {
      response.end(String(slowSocket === undefined ? 0 : slowSocket.bytesWritten - slowSocket.writableLength));
      return;
    }
    const route = routes.get(`${wire}/${id}`);
    if (route === undefined || request.method !== "POST") {
      response.writeHead(404).end();
      return;
    }
    readBody(request, (body) => {
      response.writeHead(200, { "content-type": encodings[wire as Wire].contentType, "cache-control": "no-cache" });
      route(response, body);
    });
  });
  // A connection that is closed while its client reuses it would be a failure that says nothing about the client.
  server.keepAliveTimeout = 0;
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

type Route = (response: ServerResponse, body: Buffer) => void;

function routesOf(wire: Wire, scale: Scale): (readonly [string, Route])[] {
  return casesOf(wire, scale).map((what) => [`${wire}/${what.id}`, routeOf(what, encodings[wire])]);
}

function routeOf(what: Case, { encode }: Encoding): Route {
  const { send, steps } = what;
  if ("everyMs" in send) {
    const pacer = new Pacer(send.everyMs);
    const events = once(() => encode(what.answer));
    return (response) => pacer.send(response, events());
  }
  const whole = once(() => Buffer.concat(encode(what.answer)));
  if (steps === undefined) return (response) => sendCut(response, whole(), send.bytes);
  const answers = once(() => [
    ...Array.from({ length: steps }, (_, step) => Buffer.concat(encode(what.answer, `_of_step_${step}`))),
    Buffer.concat(encode(closingAnswer)),
  ]);
  return (response, body) => {
    const answer = answers()[countResults(body)];
    if (answer !== undefined) sendCut(response, answer, send.bytes);
    else response.destroy();
  };
}

function countResults(body: Buffer): number {
  const result = '"role":"tool"';
  let found = 0;
  for (let at = body.indexOf(result); at !== -1; at = body.indexOf(result, at + result.length)) found += 1;
  return found;
}

/** Writes as fast as the client reads, and no faster. */
function sendCut(response: ServerResponse, body: Buffer, bytes: number): void {
  let at = 0;
  const send = () => {
    while (at < body.length && !response.destroyed) {
      const accepted = response.write(body.subarray(at, at + bytes));
      at += bytes;
      if (!accepted) {
        response.once("drain", send);
        return;
      }
    }
    response.end();
  };
  send();
}

function readBody(request: IncomingMessage, done: (body: Buffer) => void): void {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => done(Buffer.concat(parts)));
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
