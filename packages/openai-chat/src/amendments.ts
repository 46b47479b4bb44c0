import type { GatewayError, JsonObject, JsonValue } from "@waygate/core/plugin";

/** A change of the body, made because the service rejected the request without it. */
interface Amendment {
  readonly apply: (body: JsonObject) => JsonObject;
  /** Whether it would change this body. */
  readonly concerns: (body: JsonObject) => boolean;
  /** Says what is changed, for people. */
  readonly words: string;
}

/** Parameters that may be left out: the answer stays of the same kind. */
const droppable = [
  "stream_options",
  "parallel_tool_calls",
  "prompt_cache_key",
  "reasoning_effort",
  "reasoning_format",
  "reasoning",
  "thinking",
  "thinking_budget",
  "enable_thinking",
  "chat_template_kwargs",
  "temperature",
  "top_p",
  "stop",
  "max_completion_tokens",
  "max_tokens",
] as const;

const otherLimit: Readonly<Record<string, string>> = {
  max_tokens: "max_completion_tokens",
  max_completion_tokens: "max_tokens",
};

/** Words of services that reject a parameter and not its value. */
const refused =
  /unsupported|not support|unrecogni[sz]ed|unknown|unexpected|extra (inputs|fields)|not permitted|not allowed|no such|deprecated|invalid (argument|field|param|key)/i;

/** The statuses of services that reject a parameter: 400 of OpenAI, 422 of FastAPI. */
const refusing = new Set([400, 422]);

/**
 * Remembers what each model of a service has rejected. A rejected parameter is renamed or left out, and not sent to that
 * model again.
 */
export class Amendments {
  readonly #learnt = new Map<string, Amendment[]>();

  /** Returns the body with all changes that are known to be needed. */
  apply(model: string, body: JsonObject): JsonObject {
    const learnt = this.#learnt.get(model) ?? [];
    return learnt.reduce<JsonObject>(
      (amended, { concerns, apply }) => (concerns(amended) ? apply(amended) : amended),
      body,
    );
  }

  /**
   * Learns from the error of a rejected body. Returns what will be changed, for people; the request is then worth sending
   * again. Returns `undefined` if nothing was learned.
   */
  learn(model: string, body: JsonObject, error: GatewayError): string | undefined {
    if (error.status === undefined || !refusing.has(error.status) || error.detail === undefined) return undefined;
    const amendment = amendmentFor(body, error.detail);
    const known = this.#learnt.get(model) ?? [];
    // A rename that is rejected as well would go back and forth.
    if (amendment === undefined || known.some((other) => other.words === amendment.words)) return undefined;
    this.#learnt.set(model, [...known, amendment]);
    return amendment.words;
  }
}

function amendmentFor(body: JsonObject, words: string): Amendment | undefined {
  if (!refused.test(words)) return undefined;
  if (/role/.test(words) && /'(system|developer)'|"(system|developer)"/.test(words)) return asUser(body);
  const field = droppable.find((name) => name in body && names(words, name));
  if (field === undefined) return undefined;
  const other = otherLimit[field];
  if (other !== undefined && names(words, other)) return rename(field, other);
  return drop(field);
}

/** Whether a text names a parameter as a whole word: `max_tokens` is not `max_tokens_to_sample`. */
function names(text: string, parameter: string): boolean {
  return new RegExp(`(?<![A-Za-z0-9_])${parameter}(?![A-Za-z0-9_])`).test(text);
}

function rename(from: string, to: string): Amendment {
  return {
    concerns: (body) => from in body,
    apply({ [from]: value, ...rest }) {
      return value === undefined ? rest : { ...rest, [to]: value };
    },
    words: `"${from}" was sent as "${to}"`,
  };
}

function drop(field: string): Amendment {
  return {
    concerns: (body) => field in body,
    apply({ [field]: _, ...rest }) {
      return rest;
    },
    words: `"${field}" was left out`,
  };
}

/** Some models accept instructions from the user only. */
function asUser(body: JsonObject): Amendment | undefined {
  const instructs = (message: JsonValue) =>
    typeof message === "object" &&
    message !== null &&
    "role" in message &&
    /^(system|developer)$/.test(String(message.role));
  const concerns = ({ messages }: JsonObject) => Array.isArray(messages) && messages.some(instructs);
  if (!concerns(body)) return undefined;
  return {
    concerns,
    apply: ({ messages, ...rest }) => ({
      ...rest,
      messages: (messages as readonly JsonObject[]).map((message) =>
        instructs(message) ? { ...message, role: "user" } : message,
      ),
    }),
    words: "the system message was sent as the user's",
  };
}
