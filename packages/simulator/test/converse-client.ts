import { Sha256 } from "@aws-crypto/sha256-js";
import { EventStreamCodec } from "@smithy/eventstream-codec";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsCredentials, Simulator } from "../src/index.ts";

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString("utf8"),
  (text) => Buffer.from(text, "utf8"),
);

export const user = (text: string) => ({ role: "user", content: [{ text }] });

/** Posts to a Converse endpoint; what is not given is a plain greeting to the default model. */
export async function converse(
  simulator: Simulator,
  fields: Readonly<Record<string, unknown>> = {},
  { model = "simulator", operation = "converse", headers = {} }: ConverseOptions = {},
): Promise<Response> {
  return await fetch(`${simulator.url}/model/${encodeURIComponent(model)}/${operation}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ messages: [user("hello")], ...fields }),
  });
}

export interface ConverseOptions {
  readonly model?: string;
  readonly operation?: "converse" | "converse-stream";
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Whole {
  readonly output: { readonly message: { readonly role: string; readonly content: readonly Block[] } };
  readonly stopReason: string;
  readonly usage: Readonly<Record<string, number>>;
  readonly trace?: unknown;
  readonly performanceConfig?: unknown;
}

export interface Block {
  readonly text?: string;
  readonly toolUse?: { readonly toolUseId: string; readonly name: string; readonly input: unknown };
  readonly reasoningContent?: { readonly reasoningText: { readonly text: string; readonly signature: string } };
}

/** A whole answer. */
export async function ask(
  simulator: Simulator,
  fields: Readonly<Record<string, unknown>> = {},
  options: ConverseOptions = {},
): Promise<Whole> {
  const response = await converse(simulator, fields, options);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Whole;
}

/** Why a request was refused: `400 ValidationException: …`. */
export async function refusal(response: Response): Promise<string> {
  const { message } = (await response.json()) as { message: string };
  return `${response.status} ${response.headers.get("x-amzn-errortype")}: ${message}`;
}

export interface Frame {
  readonly kind: string;
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The frames of a body, read by AWS's codec. Throws where a checksum does not match. */
export function framesOf(body: Uint8Array): readonly Frame[] {
  const frames: Frame[] = [];
  for (let place = 0; place < body.length; ) {
    const length = new DataView(body.buffer, body.byteOffset + place).getUint32(0);
    const { headers, body: payload } = codec.decode(body.subarray(place, place + length));
    const kind = String(headers[":message-type"]?.value);
    frames.push({
      kind,
      type: String(headers[`:${kind}-type`]?.value),
      payload: JSON.parse(Buffer.from(payload).toString("utf8")) as Frame["payload"],
    });
    place += length;
  }
  return frames;
}

/** The frames of a streamed answer. */
export async function stream(
  simulator: Simulator,
  fields: Readonly<Record<string, unknown>> = {},
  options: ConverseOptions = {},
): Promise<readonly Frame[]> {
  const response = await converse(simulator, fields, { ...options, operation: "converse-stream" });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return framesOf(new Uint8Array(await response.arrayBuffer()));
}

export interface Signing {
  readonly credentials: AwsCredentials;
  readonly path?: string;
  readonly body?: string;
  readonly date?: Date;
  readonly service?: string;
  /** Changed after it was signed. */
  readonly tamper?: (request: { body: string; headers: Record<string, string> }) => void;
}

/** Posts a request that AWS's own signer has signed. */
export async function signed(simulator: Simulator, signing: Signing): Promise<Response> {
  const { credentials, path = "/model/simulator/converse", date = new Date(), service = "bedrock" } = signing;
  const url = new URL(`${simulator.url}${path}`);
  const signer = new SignatureV4({ service, region: "eu-west-1", credentials, sha256: Sha256 });
  const body = signing.body ?? JSON.stringify({ messages: [user("hello")] });
  const request = await signer.sign(
    {
      method: "POST",
      protocol: "http:",
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries([...url.searchParams.keys()].map((name) => [name, url.searchParams.getAll(name)])),
      headers: { host: url.host, "content-type": "application/json" },
      body,
    },
    { signingDate: date },
  );
  const { host: _, ...headers } = request.headers as Record<string, string>;
  const sent = { body, headers };
  signing.tamper?.(sent);
  return await fetch(url, { method: "POST", headers: sent.headers, body: sent.body });
}
