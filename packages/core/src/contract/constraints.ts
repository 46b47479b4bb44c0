/**
 * What a service accepts in a history and in tools, as plain JSON data. A gateway declares it for all its models, and a
 * model for itself. Core adapts every request to it, so a history made with one model can be sent to any other.
 *
 * All fields are optional. A missing field has the gateway's value, or else that of `defaultConstraints`.
 */
export interface Constraints {
  /**
   * The ids of tool calls. An id outside the rule becomes a short hash of itself, the same for a call and its result.
   * `"any"`: every id is accepted.
   */
  readonly callIds?: TokenRule | "any" | undefined;
  /** Whether two calls of a conversation may share an id. If not, later calls get ids of their own. */
  readonly repeatedCallIds?: Acceptance | undefined;
  /**
   * The names of tools: offered tools, the chosen tool, and calls in the history. A name outside the rule becomes a legal
   * one with a hash, and is mapped back in the answer. `"any"`: every name is accepted.
   */
  readonly toolNames?: TokenRule | "any" | undefined;
  /**
   * Text of white space, invisible or control characters only, and empty text. If rejected, such text parts are removed,
   * and so are messages without another part. A result without content gets a word.
   */
  readonly blankText?: Acceptance | undefined;
  /** Several text parts side by side in a system or user message. If rejected, a blank line joins them into one. */
  readonly textParts?: Acceptance | undefined;
  /** Characters from U+0000 to U+001F except tab and line breaks, and from U+007F to U+009F. */
  readonly controlCharacters?: ControlCharacterRule | undefined;
  /** Where system messages may stand. */
  readonly systemMessages?: SystemMessageRule | undefined;
  /** What becomes of a system message that may not stay where it is. */
  readonly laterSystemMessages?: LaterSystemMessageRule | undefined;
  /** Whether the first message after the system's may be one of the assistant. If not, a short user message precedes it. */
  readonly assistantFirst?: Acceptance | undefined;
  /**
   * A conversation that ends with the assistant, for the model to continue. If rejected, a short user message follows,
   * with the notice `prefill-not-accepted`.
   */
  readonly prefill?: PrefillRule | undefined;
  /**
   * Two messages of the user, or of the assistant, in a row. If rejected, they become one message, and one text if there is
   * nothing but text in them.
   */
  readonly repeatedRoles?: Acceptance | undefined;
  /** A user message directly after tool results. If rejected, a short assistant message separates them. */
  readonly userAfterTool?: Acceptance | undefined;
  /**
   * Calls and results in the history. `"words"`: they are sent as text. Models without the capability `tools` get words
   * in any case.
   */
  readonly toolHistory?: ToolHistoryRule | undefined;
  /** Calls without a result, and results without a call. If rejected, the former are answered and the latter left out. */
  readonly unpairedResults?: Acceptance | undefined;
  /**
   * Arguments of earlier calls that are not the text of a JSON object. If rejected, blank arguments and `null` become `{}`,
   * other JSON becomes `{"value": …}`, and text that is not JSON becomes `{"invalid_arguments": "…"}`.
   */
  readonly otherArguments?: Acceptance | undefined;
  /** Images and files in tool results. Otherwise they move into a user message that names the result. */
  readonly toolResultMedia?: ToolResultMediaRule | undefined;
  /** Whether an assistant message with tool calls must have reasoning. A placeholder is sent if it has none. */
  readonly reasoningBesideCalls?: ReasoningBesideCallsRule | undefined;
  /** An assistant message of reasoning only, as of an answer that was cut off. If rejected, it is left out. */
  readonly reasoningAlone?: Acceptance | undefined;
  /** Reasoning as the last part of an assistant message, as of an answer that was cut off. If rejected, it is left out. */
  readonly reasoningAtEnd?: Acceptance | undefined;
  /** The most tools of a request. Tools beyond it are left out with the notice `tool-dropped`. `null`: unlimited. */
  readonly maxTools?: number | null | undefined;
  /** The most images of a request. The oldest beyond it become a line of text. `null`: unlimited. */
  readonly maxImages?: number | null | undefined;
}

/** Constraints of a gateway or a model. `"none"`: requests are sent as they are, whatever the gateway declares. */
export type ConstraintsInput = Constraints | "none";

/** Constraints of some of a gateway's models, by their ids: they also hold for models that no list names. */
export interface ModelConstraints {
  /** Patterns in which `*` stands for any text, such as `anthropic/*`. One of them must match. Case does not matter. */
  readonly models: readonly string[];
  readonly constraints: ConstraintsInput;
}

/** Constraints with a value in each field. */
export type CompleteConstraints = { readonly [Field in keyof Constraints]-?: Exclude<Constraints[Field], undefined> };

/** Which ids or names a service accepts. As data, and not as a pattern, so that a legal one can be made. */
export interface TokenRule {
  /**
   * The characters, as between the brackets of a regular expression: letters, digits, ranges and signs such as
   * `a-zA-Z0-9_-`. They must include letters or digits.
   */
  readonly characters: string;
  /** The first character, if fewer are accepted there. It must include letters. @defaultValue `characters` */
  readonly firstCharacter?: string | undefined;
  /** In characters. @defaultValue 1 */
  readonly minLength?: number | undefined;
  /** In characters. */
  readonly maxLength: number;
}

export const acceptances = ["accepted", "rejected"] as const;
export type Acceptance = (typeof acceptances)[number];

/**
 * - `accepted`: all characters.
 * - `no-nul`: all but U+0000.
 * - `rejected`: none of them.
 *
 * U+FFFD replaces what is not accepted.
 */
export const controlCharacterRules = ["accepted", "no-nul", "rejected"] as const;
export type ControlCharacterRule = (typeof controlCharacterRules)[number];

/**
 * - `anywhere`: at any place.
 * - `leading`: any number before all other messages.
 * - `single`: one before all other messages. Several there are joined.
 * - `rejected`: nowhere. They are sent as the user's.
 */
export const systemMessageRules = ["anywhere", "leading", "single", "rejected"] as const;
export type SystemMessageRule = (typeof systemMessageRules)[number];

/**
 * - `as-user`: it stays in its place as a user message, so that a cached prompt stays valid.
 * - `to-front`: it is appended to the leading system message, which invalidates a cached prompt.
 */
export const laterSystemMessageRules = ["as-user", "to-front"] as const;
export type LaterSystemMessageRule = (typeof laterSystemMessageRules)[number];

/**
 * - `accepted`: as it is.
 * - `trimmed`: without white space at its end.
 * - `rejected`: the last message must be the user's or a tool's.
 */
export const prefillRules = ["accepted", "trimmed", "rejected"] as const;
export type PrefillRule = (typeof prefillRules)[number];

export const toolHistoryRules = ["calls", "words"] as const;
export type ToolHistoryRule = (typeof toolHistoryRules)[number];

/**
 * - `accepted`: in every result.
 * - `if-successful`: in results without an error.
 * - `rejected`: in no result.
 */
export const toolResultMediaRules = ["accepted", "if-successful", "rejected"] as const;
export type ToolResultMediaRule = (typeof toolResultMediaRules)[number];

export const reasoningBesideCallsRules = ["optional", "required"] as const;
export type ReasoningBesideCallsRule = (typeof reasoningBesideCallsRules)[number];

/** What is assumed of a service about which nothing is declared: what the strict ones among the known services accept. */
export const defaultConstraints: CompleteConstraints = {
  callIds: { characters: "a-zA-Z0-9_-", maxLength: 40 },
  repeatedCallIds: "rejected",
  toolNames: { firstCharacter: "a-zA-Z_", characters: "a-zA-Z0-9_-", maxLength: 64 },
  blankText: "rejected",
  textParts: "accepted",
  controlCharacters: "no-nul",
  systemMessages: "single",
  laterSystemMessages: "as-user",
  assistantFirst: "rejected",
  prefill: "rejected",
  repeatedRoles: "rejected",
  userAfterTool: "accepted",
  toolHistory: "calls",
  unpairedResults: "rejected",
  otherArguments: "rejected",
  toolResultMedia: "rejected",
  reasoningBesideCalls: "optional",
  reasoningAlone: "rejected",
  reasoningAtEnd: "accepted",
  maxTools: null,
  maxImages: null,
};

/** The constraints behind `"none"`. Unpaired surrogates, which no text encoding carries, are replaced all the same. */
export const noConstraints: CompleteConstraints = {
  callIds: "any",
  repeatedCallIds: "accepted",
  toolNames: "any",
  blankText: "accepted",
  textParts: "accepted",
  controlCharacters: "accepted",
  systemMessages: "anywhere",
  laterSystemMessages: "as-user",
  assistantFirst: "accepted",
  prefill: "accepted",
  repeatedRoles: "accepted",
  userAfterTool: "accepted",
  toolHistory: "calls",
  unpairedResults: "accepted",
  otherArguments: "accepted",
  toolResultMedia: "accepted",
  reasoningBesideCalls: "optional",
  reasoningAlone: "accepted",
  reasoningAtEnd: "accepted",
  maxTools: null,
  maxImages: null,
};
