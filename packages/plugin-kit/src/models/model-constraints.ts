import type { Constraints, ModelConstraints } from "@waygate/core/plugin";

/** OpenAI's own service, also as others host it: it accepts messages in any order. */
export const openaiConstraints: Constraints = {
  // "string too long. Expected a string with maximum length 40": github.com/vercel/ai/issues/5171
  callIds: { characters: "!-~", maxLength: 40 },
  systemMessages: "anywhere",
  assistantFirst: "accepted",
  prefill: "accepted",
  repeatedRoles: "accepted",
};

/** Mistral's service, and the templates of its models. */
export const mistralConstraints: Constraints = {
  // "Tool call id was … but must be a-z, A-Z, 0-9, with a length of 9": github.com/langchain-ai/langchain/pull/24668
  callIds: { characters: "a-zA-Z0-9", minLength: 9, maxLength: 9 },
  // "Unexpected role 'user' after role 'tool'": github.com/zed-industries/zed/issues/37021, also of models that others
  // host: github.com/mistralai/mistral-vibe/issues/578
  userAfterTool: "rejected",
};

/**
 * What differs by model, whichever service hosts it: for gateways that do not know what stands behind a model's id.
 * Patterns of one maker's models, with and without the prefix that routers put before them.
 */
export const modelConstraints: readonly ModelConstraints[] = [
  {
    models: anyPrefix("gpt-3.5*", "gpt-4*", "gpt-5*", "chatgpt-*", "o1*", "o3*", "o4*"),
    constraints: openaiConstraints,
  },
  {
    models: anyPrefix("mistral*", "ministral*", "devstral*", "magistral*", "codestral*", "pixtral*", "mixtral*"),
    constraints: mistralConstraints,
  },
  {
    // Its own ids are `functions.weather:0`, and it counts on them: github.com/MoonshotAI/Kimi-K2/blob/main/docs/tool_call_guidance.md
    models: anyPrefix("kimi*"),
    constraints: { callIds: { characters: "a-zA-Z0-9_.:\\-", maxLength: 64 } },
  },
];

function anyPrefix(...patterns: readonly string[]): readonly string[] {
  return patterns.flatMap((pattern) => [pattern, `*/${pattern}`]);
}
