import { flag, listOf, name, oneOf, optional, text } from "../../contract/input/checks.ts";
import { type Check, type Fault, fault, mismatch, under } from "../../contract/input/fault.ts";
import { jsonFault } from "../../contract/input/json-fault.ts";
import { isObject } from "../../contract/json.ts";
import { type Message, type ToolResultContent, toolCallStatuses } from "../../contract/message.ts";
import { readArguments } from "../../stream/read-arguments.ts";

/** The fields of a part, apart from its type. Further fields are let through: programs keep notes of their own in them. */
type PartChecks = Readonly<Record<string, Check>>;

const json: Check = (value) =>
  value === undefined ? mismatch(value, "a value that JSON can carry") : jsonFault(value);

const origin: Check = (value) =>
  isObject(value)
    ? checkEach(value, { gateway: text, model: text, upstream: optional(text) })
    : mismatch(value, "an object with gateway and model");

const requiredState: Check = (value) =>
  isObject(value)
    ? checkEach(value, { origin, data: json })
    : mismatch(value, "an object with origin and data, as a gateway made it");

const state = optional(requiredState);

const mediaType: Check = (value) =>
  typeof value === "string" && /^[\w.+-]+\/[\w.+*-]+(;|$)/.test(value)
    ? undefined
    : mismatch(value, "a media type, such as image/png");

const imageType: Check = (value) =>
  mediaType(value) ??
  (String(value).startsWith("image/")
    ? undefined
    : mismatch(value, "a media type of images, such as image/png", 'Other files are parts of type "file".'));

const callArguments: Check = (value) =>
  typeof value === "string"
    ? undefined
    : mismatch(value, "a text, as the model wrote it", "Use JSON.stringify(arguments).");

/** The content of a tool result. */
export const toolResultContent: Check = (value) => {
  const advice = (content: unknown) =>
    typeof content === "string" ? 'Write [{ type: "text", text: … }].' : 'Write [{ type: "json", value: … }].';
  return listOf((part) => checkPart(part, ["text", "json", "image", "file"]), advice)(value);
};

/** Media that a service made: taken as it is, as the program could not mend it. */
const madeByService: Check = (value) =>
  isObject(value) && typeof value.type === "string" ? undefined : mismatch(value, "an object with a type");

const serviceContent: Check = listOf((part) =>
  isObject(part) && typeof part.type === "string"
    ? undefined
    : mismatch(part, "a part, which is an object with a type"),
);

type PartType = Message["content"][number]["type"] | ToolResultContent["type"];

const partChecks: Readonly<Record<PartType, PartChecks>> = {
  text: { text, state },
  image: { mediaType: imageType, source: mediaSource },
  file: { mediaType, source: mediaSource, name: optional(text) },
  reasoning: { text, summary: optional(flag), state },
  "tool-call": {
    id: name,
    name,
    arguments: callArguments,
    executor: optional(oneOf(["service"])),
    format: optional(oneOf(["text"])),
    status: oneOf(toolCallStatuses, (value) => (value === undefined ? 'For a complete call write status: "ok".' : "")),
    state,
  },
  "tool-result": { id: name, name, content: toolResultContent, isError: flag },
  json: { value: json },
  "service-tool-result": { id: name, content: serviceContent, error: optional(text), state },
  "service-approval-request": { id: name, name, arguments: text, state },
  "service-approval": { id: name, approved: flag, reason: optional(text) },
  source: { id: name, kind: name, url: optional(text), title: optional(text), quote: optional(text), state },
  media: { id: name, mediaType: name, source: madeByService, state },
  opaque: { state: requiredState, replaces: optional(oneOf(["history"])) },
};

/** Returns what is wrong with a part of a message that may have parts of these types. */
export function checkPart(part: unknown, types: readonly string[]): Fault | undefined {
  if (!isObject(part)) {
    const advice = typeof part === "string" ? 'Write { type: "text", text: "…" }.' : "";
    return mismatch(part, "a part, which is an object with a type", advice);
  }
  const { type } = part;
  const checks = typeof type === "string" && types.includes(type) ? partChecks[type as PartType] : undefined;
  if (checks === undefined) return under("type", mismatch(type, `one of ${types.join(", ")}`));
  return checkEach(part, checks) ?? (type === "tool-call" ? checkCall(part) : undefined);
}

function checkEach(value: Readonly<Record<string, unknown>>, checks: PartChecks): Fault | undefined {
  for (const key in checks) {
    const found = checks[key]?.(value[key]);
    if (found !== undefined) return under(key, found);
  }
  return undefined;
}

/** Codecs parse the arguments of a complete call. Those of a call that the service executed are the service's own. */
function checkCall(call: Readonly<Record<string, unknown>>): Fault | undefined {
  if (call.status !== "ok" || call.executor === "service" || call.format === "text") return undefined;
  if (readArguments({ arguments: String(call.arguments) }).status === "ok") return undefined;
  return under("arguments", fault("is not valid JSON", 'Use JSON.stringify(arguments), or status: "invalid".'));
}

function mediaSource(value: unknown): Fault | undefined {
  if (!isObject(value)) {
    const advice = 'Write { type: "base64", data } or { type: "url", url }.';
    return mismatch(value, "an object", advice);
  }
  if (value.type === "base64") return under("data", base64(value.data));
  if (value.type === "url") return under("url", url(value.url));
  if (value.type === "reference") return under("reference", name(value.reference));
  return under("type", mismatch(value.type, "one of base64, url, reference"));
}

/** Looks at the beginning and the end alone: files are large, and what is wrong with them is wrong there. */
function base64(value: unknown): Fault | undefined {
  if (typeof value !== "string") {
    const advice = ArrayBuffer.isView(value) ? 'Use Buffer.from(bytes).toString("base64").' : "";
    return mismatch(value, "base64 text", advice);
  }
  if (value.startsWith("data:")) return fault("is a data: URL", dataUrlAdvice);
  if (value === "") return fault("is empty");
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(value.slice(0, 256)) && /^[A-Za-z0-9+/]*={0,2}$/.test(value.slice(-256))) {
    return undefined;
  }
  return fault("is not base64", 'Use Buffer.from(bytes).toString("base64"), without line breaks and not base64url.');
}

const dataUrlAdvice =
  'Take it apart: mediaType: url.slice(5, url.indexOf(";")), ' +
  'source: { type: "base64", data: url.slice(url.indexOf(",") + 1) }.';

function url(value: unknown): Fault | undefined {
  if (typeof value !== "string") {
    return mismatch(value, "an address", isObject(value) && typeof value.href === "string" ? "Use url.href." : "");
  }
  if (value.startsWith("data:")) return fault("is a data: URL", dataUrlAdvice);
  if (/^(file|blob):/.test(value)) {
    return fault("is an address that the service cannot fetch", "Read the file, and send its bytes as base64.");
  }
  return /^[a-z][a-z0-9+.-]*:\/\/./i.test(value)
    ? undefined
    : mismatch(value, "an absolute address, such as https://example.com/cat.png");
}
