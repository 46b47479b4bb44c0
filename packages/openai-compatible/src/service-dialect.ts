import type { Constraints } from "@waygate/core/plugin";
import type { ChatDialect } from "@waygate/openai-chat";
import type { ReasoningRule } from "./reasoning-rule.ts";

/** How one kind of service differs from plain chat completions. Chosen by name in the settings, never from an address. */
export interface ServiceDialect {
  /** The service or program that speaks it. */
  readonly service: string;
  /** Where its rules are written down. */
  readonly source: string;
  /** The parameter that limits an answer. */
  readonly maxTokens: ChatDialect["maxTokensParameter"];
  /** How usage is asked for; `none` where it comes unasked. */
  readonly usage: ChatDialect["usageRequest"];
  readonly systemRole: ChatDialect["systemRole"];
  readonly reasoning: ReasoningRule;
  /** How earlier reasoning is sent back. */
  readonly replay: ChatDialect["reasoningReplay"];
  /** Whether an answer that called tools is sent back with the field even where nothing was thought. */
  readonly replayEmpty: boolean;
  readonly replayScope: ChatDialect["reasoningReplayScope"];
  /** The service's own tools, by their `type`. */
  readonly serviceTools: readonly string[];
  /** What the service accepts in a history and in tools, where that differs from `defaultConstraints`. */
  readonly constraints: Constraints;
  /** How a file that is no audio is sent: in a part `file`, as OpenAI has it, or `document_url`. */
  readonly files: "file" | "document_url";
  /** Whether the service takes `prompt_cache_key`. */
  readonly promptCacheKey: boolean;
  /** What stands before the key: a header's name, and a scheme where it has one. */
  readonly authHeader: string;
  /** Whether the service answers nobody without a key. */
  readonly needsKey: boolean;
  /**
   * Where it lists its models, below the address (`/..` goes up from there). The first that can be read is used. Empty
   * where no list says what can be asked for.
   */
  readonly lists: readonly string[];
  /** Added to the query of a list. */
  readonly listQuery: Readonly<Record<string, string>>;
}
