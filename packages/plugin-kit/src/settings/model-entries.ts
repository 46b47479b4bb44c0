import { type ReasoningEffort, reasoningEfforts } from "@waygate/core/plugin";
import * as v from "valibot";
import { flag, object, oneOf, text, tokens } from "./schema-parts.ts";

/** What a model in the settings has with any gateway, by the names that Zed gives it. */
export type ModelEntries = {
  /** A name for people. */
  readonly display_name?: string;
  /** The context window, in tokens. */
  readonly max_tokens?: number;
  /** The limit on an answer, in tokens. It is sent with each request that sets none of its own. */
  readonly max_output_tokens?: number;
  /** The same under its newer name. It counts if both are there. */
  readonly max_completion_tokens?: number;
};

/** The schema entries of `ModelEntries`. */
export const modelEntries = {
  display_name: v.optional(text("a name for people")),
  max_tokens: v.optional(tokens),
  max_output_tokens: v.optional(tokens),
  max_completion_tokens: v.optional(tokens),
};

/** The efforts in settings. `none`: the model is asked not to think. */
export const settingsEfforts = ["none", ...reasoningEfforts] as const satisfies readonly ("none" | ReasoningEffort)[];

export type SettingsEffort = (typeof settingsEfforts)[number];

/** An effort in settings, such as `reasoning_effort`. */
export const settingsEffort = oneOf(settingsEfforts);

/** What a model can do, and how chat completions of it are asked for. A flag that is left out is decided elsewhere. */
export type CapabilityFlags = {
  readonly tools?: boolean;
  readonly images?: boolean;
  /** True: sends `parallel_tool_calls: true` with tools. */
  readonly parallel_tool_calls?: boolean;
  /** True: sends the conversation's id as `prompt_cache_key`. */
  readonly prompt_cache_key?: boolean;
  /** False: the model is asked for through `/responses`. */
  readonly chat_completions?: boolean;
  /** Whether earlier reasoning is sent back. */
  readonly interleaved_reasoning?: boolean;
  /** True: answers are limited by `max_tokens`; false: by `max_completion_tokens`. */
  readonly max_tokens_parameter?: boolean;
};

/** The schema of `CapabilityFlags`. */
export const capabilityFlags = object({
  tools: v.optional(flag),
  images: v.optional(flag),
  parallel_tool_calls: v.optional(flag),
  prompt_cache_key: v.optional(flag),
  chat_completions: v.optional(flag),
  interleaved_reasoning: v.optional(flag),
  max_tokens_parameter: v.optional(flag),
});

/** How a model thinks if a request does not say. */
export type ModelMode =
  | { readonly type: "default" }
  | { readonly type: "thinking"; readonly budget_tokens?: number }
  | { readonly type: "adaptive" };

/** The schema of `ModelMode`. */
export const modelMode = v.variant(
  "type",
  [
    v.object({ type: v.literal("default") }),
    v.object({ type: v.literal("thinking"), budget_tokens: v.optional(tokens) }),
    v.object({ type: v.literal("adaptive") }),
  ],
  'must be an object whose "type" is default, thinking or adaptive',
);
