import type { Constraints, ReasoningEffort } from "@waygate/core/plugin";
import { foundationOf, knownModel } from "./inference-id.ts";

/** How a model is asked to think. */
export type ReasoningStyle =
  /** It does not. */
  | { readonly kind: "none" }
  /** It does, whatever is asked. */
  | { readonly kind: "always" }
  /** Claude up to 4.5: `thinking.budget_tokens`. */
  | { readonly kind: "budget"; readonly defaultBudget?: number }
  /** Claude from 4.6 on: `thinking.type: adaptive`, with `output_config.effort`. */
  | {
      readonly kind: "adaptive";
      readonly efforts: readonly ReasoningEffort[];
      /** Whether a budget is taken as well. */
      readonly budget: boolean;
      /** Whether it has to be asked to show what it thinks. */
      readonly display: boolean;
      /** What it takes to have it not think: nothing, a word, or that it cannot be had. */
      readonly off: "default" | "disabled" | "never";
    }
  /** Nova 2: `reasoningConfig.maxReasoningEffort`. */
  | { readonly kind: "nova" }
  /** A field of the model's own that takes low, medium or high. */
  | { readonly kind: "effort-field"; readonly field: "reasoning_effort" | "reasoning_config" };

/** What Converse can and cannot be asked of a model, beyond what the table of models says. */
export interface Family {
  readonly reasoning: ReasoningStyle;
  /** Whether temperature and topP are taken: both, one at a time, or neither. */
  readonly sampling: "both" | "one" | "none";
  /** Which choices of tool can be sent. Undefined: not known; what is asked for is sent. */
  readonly toolChoice: "all" | "any" | "auto" | undefined;
  /** Whether several calls in one answer can be ruled out. */
  readonly singleCalls: boolean;
  /** Whether results of tools may say whether they failed. */
  readonly richResults: boolean;
  /** Whether of media it takes images and documents alone, and their bytes: no films, no sounds, nothing on S3. */
  readonly plainMedia: boolean;
  /** Where cache points may stand, and whether they may hold for an hour. Undefined: nowhere. */
  readonly cache: { readonly tools: boolean; readonly points: number; readonly hour: boolean } | undefined;
  /** Whether calls of tools come in a stream, or only in an answer of one piece. */
  readonly streamsCalls: boolean;
  readonly structuredOutput: boolean | undefined;
  /** What its models accept in a history and in tools, beyond `converseConstraints`. */
  readonly constraints: Constraints;
}

const unknown: Family = {
  reasoning: { kind: "none" },
  sampling: "both",
  toolChoice: undefined,
  singleCalls: false,
  richResults: false,
  plainMedia: false,
  cache: undefined,
  streamsCalls: true,
  structuredOutput: undefined,
  constraints: {},
};

/** What Converse accepts for every model. */
export const converseConstraints: Constraints = {
  // docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html; ids such as `functions.read:0`, as
  // Kimi makes them, are accepted too.
  callIds: { characters: "a-zA-Z0-9_.:\\-", maxLength: 64 },
  // docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html
  toolNames: { characters: "a-zA-Z0-9_\\-", maxLength: 64 },
  systemMessages: "leading",
};

/** Ids of Mistral's models: "Tool call id … must be a-z, A-Z, 0-9, with a length of 9". */
const nineCharacters: Constraints = { callIds: { characters: "a-zA-Z0-9", minLength: 9, maxLength: 9 } };

const novaConstraints: Constraints = { prefill: "trimmed", toolResultMedia: "if-successful" };

const always: ReasoningStyle = { kind: "always" };

/** By the beginning of the model's id; the first that matches counts. Claude is told apart by its version. */
const families: readonly (readonly [RegExp, Partial<Family>])[] = [
  [
    /^amazon\.nova-2-/,
    {
      reasoning: { kind: "nova" },
      toolChoice: "all",
      richResults: true,
      cache: { tools: false, points: 4, hour: false },
      structuredOutput: false,
      constraints: novaConstraints,
    },
  ],
  [
    /^amazon\.nova-/,
    {
      toolChoice: "all",
      richResults: true,
      cache: { tools: false, points: 4, hour: false },
      structuredOutput: false,
      constraints: novaConstraints,
    },
  ],
  [/^amazon\.titan-/, { structuredOutput: false }],
  // Llama and Command R call tools only where the answer comes in one piece.
  [/^meta\./, { toolChoice: "auto", streamsCalls: false, structuredOutput: false }],
  [/^cohere\.command-r/, { toolChoice: "auto", streamsCalls: false, structuredOutput: false }],
  [/^mistral\.magistral-/, { reasoning: always, constraints: nineCharacters, structuredOutput: true }],
  [/^mistral\.(mistral|pixtral)-large-2|^mistral\.mistral-small-2/, { toolChoice: "any", constraints: nineCharacters }],
  [/^mistral\./, { constraints: nineCharacters, structuredOutput: true }],
  [/^openai\./, { reasoning: { kind: "effort-field", field: "reasoning_effort" }, structuredOutput: true }],
  [
    /^qwen\.qwen3-(32b|235b)/,
    { reasoning: { kind: "effort-field", field: "reasoning_config" }, structuredOutput: true },
  ],
  [/^qwen\./, { structuredOutput: true }],
  [/^deepseek\.r1/, { reasoning: always }],
  [/^deepseek\./, { reasoning: { kind: "effort-field", field: "reasoning_config" }, structuredOutput: true }],
  [
    /^(minimax|moonshot|moonshotai|zai|nvidia\.nemotron-(super|nano)-3)\b/,
    { reasoning: always, structuredOutput: true },
  ],
  [/^google\./, { structuredOutput: true }],
];

/** The family of a model, by any of its names. Of a name that says nothing, the most cautious is assumed. */
export function familyOf(name: string): Family {
  const id = idOf(name);
  const claude = claudeVersion(id);
  if (claude !== undefined) return claudeFamily(claude);
  const traits = families.find(([pattern]) => pattern.test(id))?.[1];
  return traits === undefined ? unknown : { ...unknown, ...traits };
}

/** Whether anything is known of a model beyond its name. */
export function isKnownFamily(name: string): boolean {
  const id = idOf(name);
  return claudeVersion(id) !== undefined || families.some(([pattern]) => pattern.test(id));
}

/** Short names do not begin with their makers' names. */
function idOf(name: string): string {
  return knownModel(name)?.modelId ?? foundationOf(name);
}

interface ClaudeVersion {
  readonly tier: string;
  /** 4.06 for 4.6, 4.1 for 4.10. */
  readonly version: number;
}

/** Of `claude-sonnet-4-5-20250929-v1:0`, `claude-3-7-sonnet-…` and `claude-opus-5`. A date is no version. */
function claudeVersion(id: string): ClaudeVersion | undefined {
  const [, tier, major, minor] = /\bclaude-([a-z]+)-(\d{1,2})(?:-(\d{1,2}))?(?!\d)/.exec(id) ?? [];
  if (tier !== undefined && major !== undefined) return { tier, version: Number(major) + Number(minor ?? 0) / 100 };
  const [, older, part, name] = /\bclaude-(\d)(?:-(\d))?-([a-z]+)/.exec(id) ?? [];
  if (older !== undefined && name !== undefined)
    return { tier: name, version: Number(older) + Number(part ?? 0) / 100 };
  // Named without a number, as claude-mythos-preview is: the newest of its tier.
  const [, unnumbered] = /\bclaude-(fable|mythos|opus|sonnet|haiku)\b/.exec(id) ?? [];
  if (unnumbered !== undefined) return { tier: unnumbered, version: 5 };
  return /\bclaude\b/.test(id) ? { tier: "", version: 2 } : undefined;
}

function claudeFamily({ tier, version }: ClaudeVersion): Family {
  return {
    reasoning: claudeReasoning(tier, version),
    sampling: version >= 4.07 ? "none" : version >= 4.01 ? "one" : "both",
    toolChoice: version >= 3 ? "all" : "auto",
    singleCalls: version >= 3,
    richResults: version >= 3,
    plainMedia: true,
    cache: version >= 3.05 ? { tools: true, points: 4, hour: version >= 4.05 } : undefined,
    streamsCalls: true,
    structuredOutput: version >= 4.05,
    constraints: {
      // "This model does not support assistant message prefill. The conversation must end with a user message."
      prefill: version >= 4.06 ? "rejected" : "trimmed",
      // Claude 3 and later accept images in results, but nothing but text in the result of a tool that failed.
      toolResultMedia: version >= 3 ? "if-successful" : "rejected",
      // "The final block in an assistant message cannot be `thinking`."
      reasoningAtEnd: "rejected",
    },
  };
}

function claudeReasoning(tier: string, version: number): ReasoningStyle {
  if (version < 3.07) return { kind: "none" };
  if (version < 4.06) return { kind: "budget" };
  if (version < 4.07) {
    return {
      kind: "adaptive",
      efforts: ["low", "medium", "high", "max"],
      budget: true,
      display: false,
      off: "default",
    };
  }
  const efforts: readonly ReasoningEffort[] = ["low", "medium", "high", "xhigh", "max"];
  const off = tier === "fable" || tier === "mythos" ? "never" : version >= 5 ? "disabled" : "default";
  return { kind: "adaptive", efforts, budget: false, display: true, off };
}
