import { type Capabilities, type Capability, capabilityNames } from "../contract/capabilities.ts";
import { GatewayError } from "../contract/error.ts";
import type { Gateway } from "../contract/gateway.ts";
import type { Message } from "../contract/message.ts";
import { demandsOf, type Privacy, type PrivacyDemand, privacyWords } from "../contract/privacy.ts";
import type { ModelRequest } from "../contract/request.ts";

/** What a request may ask of a model. */
interface Demand {
  readonly words: string;
  readonly asked: (request: ModelRequest) => boolean;
}

const demands: Readonly<Record<Capability, Demand>> = {
  tools: { words: "tools", asked: ({ tools }) => tools.length > 0 },
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

/** Throws where a request asks for what its model cannot do, before anything is sent. */
export function refuseUnsupported(id: string, request: ModelRequest, capabilities: Capabilities): void {
  for (const capability of capabilityNames) {
    const { words, asked } = demands[capability];
    if (capabilities[capability] || !asked(request)) continue;
    throw new GatewayError(
      `The model "${request.model}" of gateway "${id}" does not take ${words}. ` +
        `Ask without, choose another model, or, if it does take them, declare so in its settings (capability "${capability}").`,
      { gateway: id, code: "unsupported" },
    );
  }
}

/** Throws where a gateway cannot promise what a request demands of whoever sees it, before anything is sent. */
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

/** The demands that a gateway does not see to. One that is among the services allowed needs no routing to keep to them. */
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
