import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Recording } from "./recording.ts";

export interface ReplayServer {
  /** The address below which a recording's exchange is served: `${address}/${recording.id}` takes its requests. */
  readonly address: string;
  /** The body of the last request that asked for a recording. */
  requestOf(id: string): unknown;
  close(): Promise<void>;
}

/** Serves recorded responses over real HTTP, cut into pieces of the sizes given, one after another, over and over. */
export async function replay(recordings: readonly Recording[], sizes: readonly number[]): Promise<ReplayServer> {
  const byId = new Map(recordings.map((recording) => [recording.id, recording]));
  const requests = new Map<string, unknown>();
  const server = createServer((request, response) => {
    const id = request.url?.split("/")[1] ?? "";
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const recording = byId.get(id);
      if (recording === undefined) return response.writeHead(404).end();
      requests.set(id, pieces.length === 0 ? undefined : JSON.parse(Buffer.concat(pieces).toString("utf8")));
      return void answer(recording, sizes, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    requestOf: (id) => requests.get(id),
    close: () => close(server),
  };
}

/** Headers that describe a body as it was on the recorded wire, not as it is sent here. */
const hopHeaders = new Set(["content-length", "transfer-encoding", "content-encoding", "connection", "keep-alive"]);

async function answer({ response }: Recording, sizes: readonly number[], to: ServerResponse): Promise<void> {
  const headers = Object.entries(response.headers).filter(([name]) => !hopHeaders.has(name.toLowerCase()));
  to.writeHead(response.status, Object.fromEntries(headers));
  const body = Buffer.from(response.body, response.bodyEncoding);
  for (let start = 0, turn = 0; start < body.length; turn++) {
    const end = start + (sizes[turn % sizes.length] ?? body.length);
    if (!to.write(body.subarray(start, end))) await new Promise((resolve) => to.once("drain", resolve));
    start = end;
  }
  to.end();
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
