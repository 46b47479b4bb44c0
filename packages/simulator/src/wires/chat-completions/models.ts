import type { ListedModel } from "../../models.ts";

const SUPPORTED_PARAMETERS = [
  "max_completion_tokens",
  "max_tokens",
  "parallel_tool_calls",
  "reasoning_effort",
  "response_format",
  "stop",
  "structured_outputs",
  "tool_choice",
  "tools",
];

/** 1 January 2025; a list that changes with each start would defeat a client's cache. */
const CREATED = 1_735_689_600;

/** The model list: OpenAI's fields, and those that gateways commonly add. */
export function modelList(models: readonly ListedModel[]): unknown {
  return {
    object: "list",
    data: models.map((model) => ({
      id: model.id,
      object: "model",
      created: CREATED,
      owned_by: "waygate-simulator",
      name: model.name,
      context_length: model.contextLength,
      max_output_tokens: model.maxOutputTokens,
      architecture: { input_modalities: ["text", "image"], output_modalities: ["text"] },
      supported_parameters: SUPPORTED_PARAMETERS,
      pricing: { prompt: "0", completion: "0" },
      ...model.extra,
    })),
  };
}
