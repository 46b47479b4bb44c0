import type { GatewayError, JsonObject, JsonValue } from "@waygate/core/plugin";

/** What is done to a body before it is sent, because the service refused it otherwise. */
interface Amendment {
  readonly apply: (body: JsonObject) => JsonObject;
  /** Whether it would change this body. */
  readonly concerns: (body: JsonObject) => boolean;
  /** For people: what is done. */
  readonly words: string;
}

/** What may be left out, as the answer is the same kind of answer without it. */
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

/** What services write when they do not take a parameter, rather than its value. */
const refused =
  /unsupported|not support|unrecogni[sz]ed|unknown|unexpected|extra (inputs|fields)|not permitted|not allowed|no such|deprecated|invalid (argument|field|param|key)/i;

/** Status of services that refuse a parameter: OpenAI's 400, FastAPI's 422. */
const refusing = new Set([400, 422]);

/**
 * What a service has been found not to take, model by model. A parameter that it refuses is renamed or left out, once,
 * and the service is not asked with it again.
 */
export class Amendments {
  readonly #learnt = new Map<string, Amendment[]>();

  /** The body as far as it is known how the service takes it. */
  apply(model: string, body: JsonObject): JsonObject {
    const learnt = this.#learnt.get(model) ?? [];
    return learnt.reduce<JsonObject>(
      (amended, { concerns, apply }) => (concerns(amended) ? apply(amended) : amended),
      body,
    );
  }

  /**
   * Reads a refusal of this body. Returns what will be done about it, for people, so that the request is worth sending
   * again; undefined where nothing was learnt.
   */
  learn(model: string, body: JsonObject, error: GatewayError): string | undefined {
    if (error.status === undefined || !refusing.has(error.status) || error.detail === undefined) return undefined;
    const amendment = amendmentFor(body, error.detail);
    const known = this.#learnt.get(model) ?? [];
    // A rename that is refused in turn would go back and forth.
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

/** Some models take instructions from the user only. */
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
