import type { JsonObject, ReasoningEffort } from "@waygate/core/plugin";
import type { OpenRouterPlugin, ServerTool } from "./open-router-plugin.ts";
import type { ProviderRouting } from "./routing-schema.ts";

/**
 * What OpenRouter alone knows of a request: `options` of a request, and, but for `session_id`, keys of a model in the
 * settings. Names are those of OpenRouter's API. A request's word counts over the settings'; `provider` can only be
 * tightened by it.
 */
export type OpenRouterOptions = RequestSettings & {
  /** Keeps the requests of a conversation at one provider. Default: the request's `sessionId`. Over 256 characters: a digest. */
  readonly session_id?: string;
};

/** What may stand for a model in the settings too. */
export type RequestSettings = {
  /** How the request is routed among the model's providers. */
  readonly provider?: ProviderRouting;
  /** Models to try, in this order, where the one asked for cannot answer. */
  readonly models?: readonly string[];
  /** What OpenRouter does to the request or the answer: `web`, `file-parser`, `context-compression` and others. */
  readonly plugins?: readonly OpenRouterPlugin[];
  /** A preset of the account, by its slug. */
  readonly preset?: string;
  /** Tools that OpenRouter itself carries out, such as `{ type: "openrouter:web_search" }`. */
  readonly server_tools?: readonly ServerTool[];
  /** How many calls of server tools there may be in one answer. Default of the service: 30. */
  readonly max_tool_calls?: number;
  /** What ends the loop of server tools, such as `{ type: "step_count_is", step_count: 5 }`. */
  readonly stop_server_tools_when?: readonly (JsonObject & { readonly type: string })[];
  /** `["middle-out"]` shortens a prompt that is too long, `[]` never does. Sent as the plugin that has taken its place. */
  readonly transforms?: readonly "middle-out"[];
  /** What a request's `reasoning` has no word for; its fields win over that. */
  readonly reasoning?: ReasoningOptions;
  /** How much the model says. For Claude it is the effort, and wins over that of `reasoning`. */
  readonly verbosity?: "low" | "medium" | "high" | "xhigh" | "max";
  /** `flex` costs less and takes longer, `priority` the reverse. */
  readonly service_tier?: "auto" | "default" | "fast" | "flex" | "priority" | "scale";
  /** Names the end user, so that a block by a provider meets that user alone. */
  readonly user?: string;
  /** At most 16 pairs, kept with the request. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** For observability: `trace_id`, `trace_name`, `span_name`, `generation_name`, `parent_span_id`, and others. */
  readonly trace?: JsonObject;
  /** For models with a web search of their own. */
  readonly web_search_options?: JsonObject;
  /** Caches the whole prompt, the mark moving along with it, in place of the marks that `cache: "auto"` sets. */
  readonly cache_control?: { readonly type: "ephemeral"; readonly ttl?: "5m" | "1h" };
  /** How long the marks that `cache: "auto"` sets keep a prompt. Default: 5 minutes; an hour costs more to write. */
  readonly cache_ttl?: "5m" | "1h";
  readonly prompt_cache_key?: string;
  /** Of GPT-5.6 and newer. */
  readonly prompt_cache_options?: { readonly mode: "explicit"; readonly ttl?: string };
  /** Answers an identical request from OpenRouter's own cache, at no cost. An object says for how long, and whether anew. */
  readonly response_cache?: boolean | { readonly ttl_seconds?: number; readonly clear?: boolean };
  readonly seed?: number;
  readonly top_k?: number;
  readonly top_a?: number;
  readonly min_p?: number;
  readonly frequency_penalty?: number;
  readonly presence_penalty?: number;
  readonly repetition_penalty?: number;
  /** From -100 to 100, by the id of a token. */
  readonly logit_bias?: Readonly<Record<string, number>>;
  /** What the answer will mostly be, to have it sooner. */
  readonly prediction?: { readonly type: "content"; readonly content: string };
  /** Features of Claude that are in beta, such as `interleaved-thinking-2025-05-14`. */
  readonly anthropic_beta?: readonly string[];
  /** Whether a request within a loop of tools goes to the provider whose reasoning it carries, and no other. Default: true. */
  readonly pin_upstream?: boolean;
  /** Any other fields for the body, merged key by key; null removes one. Not those that have a key of their own here. */
  readonly extra_body?: JsonObject;
};

export type ReasoningOptions = {
  readonly effort?: "none" | ReasoningEffort;
  /** In tokens. */
  readonly max_tokens?: number;
  /** True: with the defaults of the model. */
  readonly enabled?: boolean;
  /** Thinks, but does not tell what. */
  readonly exclude?: boolean;
  readonly summary?: "auto" | "concise" | "detailed";
  /** Which turns' reasoning the model may look at. Of GPT-5.6 and newer. */
  readonly context?: "auto" | "all_turns" | "current_turn";
  /** `pro` thinks harder. Of GPT-5.6 and newer. */
  readonly mode?: "standard" | "pro";
};
