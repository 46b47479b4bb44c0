import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { addressProblem } from "@waygate/openai-chat";
import * as v from "valibot";

const text = (what: string) => v.pipe(v.string(`must be ${what}`), v.nonEmpty(`must be ${what}`));
const tokens = v.pipe(
  v.number("must be a number of tokens"),
  v.integer("must be a whole number of tokens"),
  v.minValue(1, "must be at least 1"),
);
/** For a missing key valibot reports the whole object, with the key as what it expected. */
const shape = (issue: { readonly expected: string | null }) =>
  issue.expected?.startsWith('"') === true ? "is missing, but required" : "must be an object";
const flag = (fallback: boolean) => v.optional(v.boolean("must be true or false"), fallback);

/** What a model can do, as far as it cannot be asked. Every flag may be left out. */
const capabilities = v.object(
  {
    tools: flag(true),
    images: flag(false),
    parallel_tool_calls: flag(false),
    prompt_cache_key: flag(false),
    chat_completions: flag(true),
    interleaved_reasoning: flag(false),
    max_tokens_parameter: flag(false),
  },
  shape,
);

export const reasoningEfforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;

const model = v.object(
  {
    name: text("the model's name, as the service knows it"),
    display_name: v.optional(text("a name for people")),
    max_tokens: tokens,
    max_output_tokens: v.optional(tokens),
    max_completion_tokens: v.optional(tokens),
    reasoning_effort: v.optional(v.picklist(reasoningEfforts, `must be one of ${reasoningEfforts.join(", ")}`)),
    capabilities: v.optional(capabilities, {}),
  },
  shape,
);

const address = v.pipe(
  text("the service's address, such as https://host/v1"),
  v.rawCheck(({ dataset, addIssue }) => {
    const problem = dataset.typed ? addressProblem(dataset.value) : undefined;
    if (problem !== undefined) addIssue({ message: problem });
  }),
);

/** The settings of one service: what stands under its id in `language_models.openai_compatible`. */
const service = v.object(
  {
    api_url: address,
    available_models: v.array(model, "must be a list of models"),
    custom_headers: v.optional(v.record(v.string(), v.string("must be text")), {}),
  },
  shape,
);

export const settings = toStandardJsonSchema(service);

export type ServiceSettings = v.InferOutput<typeof service>;
export type ModelSettings = ServiceSettings["available_models"][number];
