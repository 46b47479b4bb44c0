import { type Capabilities, type Capability, capabilityNames } from "../contract/capabilities.ts";
import { GatewayError } from "../contract/error.ts";
import type { Gateway } from "../contract/gateway.ts";
import type { Message } from "../contract/message.ts";
import { demandsOf, type Privacy, type PrivacyDemand, privacyWords } from "../contract/privacy.ts";
import type { ModelRequest } from "../contract/request.ts";

/** Something that a request may need. */
interface Demand {
  readonly words: string;
  readonly asked: (request: ModelRequest) => boolean;
}

/** Without `freeformTools`, freeform tools are shown as functions, and `billedCost` is no matter of requests. */
type NeverDemanded = "freeformTools" | "billedCost";

const demands: Readonly<Record<Exclude<Capability, NeverDemanded>, Demand>> = {
  tools: { words: "tools", asked: ({ tools }) => tools.some(({ kind }) => kind !== "service") },
  toolChoice: {
    words: "a choice of tool",
    asked: ({ toolChoice }) => toolChoice !== undefined && toolChoice !== "auto",
  },
  images: { words: "images", asked: ({ messages }) => latestUserSent(messages, "image") },
  files: { words: "files", asked: ({ messages }) => latestUserSent(messages, "file") },
  reasoning: {
    words: "a request to think",
    asked: ({ reasoning }) => reasoning !== undefined && reasoning !== "off",
  },
  structuredOutput: {
    words: "a response format",
    asked: ({ responseFormat }) => responseFormat !== undefined && responseFormat.type !== "text",
  },
};

/** Throws if a request needs what its model cannot do, before anything is sent. */
export function refuseUnsupported(id: string, request: ModelRequest, capabilities: Capabilities): void {
  for (const capability of capabilityNames) {
    if (capability === "freeformTools" || capability === "billedCost" || capabilities[capability] === true) continue;
    const { words, asked } = demands[capability];
    if (!asked(request)) continue;
    throw new GatewayError(
      `The model "${request.model}" of gateway "${id}" does not support ${words}. Leave that out, choose another ` +
        `model, or, if it does support it, declare the capability "${capability}" in its settings.`,
      { gateway: id, code: "unsupported" },
    );
  }
}

/** Throws if a request has a tool of the service that the gateway does not know, before anything is sent. */
export function refuseServiceTools(id: string, request: ModelRequest, known: readonly string[] | "any" = []): void {
  if (known === "any") return;
  for (const tool of request.tools) {
    if (tool.kind !== "service" || known.includes(tool.type)) continue;
    const types = known.length === 0 ? "It knows none." : `It knows: ${known.join(", ")}.`;
    throw new GatewayError(`Gateway "${id}" does not know the service tool "${tool.type}". ${types}`, {
      gateway: id,
      code: "unsupported",
    });
  }
}

/** Throws if a gateway cannot meet a request's privacy demands, before anything is sent. */
export function refusePrivacy(id: string, gateway: Gateway, privacy: Privacy | undefined): void {
  if (privacy === undefined) return;
  const unmet = unmetPrivacy(id, gateway, privacy);
  if (unmet.length === 0) return;
  throw new GatewayError(
    `Gateway "${id}" cannot promise ${privacyWords(unmet, privacy)}, as the request's "privacy" demands. ` +
      "Ask another gateway, or demand less.",
    { gateway: id, code: "unsupported" },
  );
}

/** Returns the demands that a gateway does not meet. One that is itself an allowed service needs no routing. */
export function unmetPrivacy(id: string, gateway: Gateway, privacy: Privacy): readonly PrivacyDemand[] {
  const met = gateway.privacyDemands ?? [];
  const isAllowed = privacy.onlyUpstreams?.includes(id) === true;
  return demandsOf(privacy).filter((demand) => !met.includes(demand) && !(demand === "onlyUpstreams" && isAllowed));
}

/** In what the user says since the model last spoke; older turns may have been held with another model. */
function latestUserSent(messages: readonly Message[], type: "image" | "file"): boolean {
  const last = messages.findLastIndex((message) => message.role === "assistant");
  return messages
    .slice(last + 1)
    .some((message) => message.role === "user" && message.content.some((part) => part.type === type));
}
