import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { didYouMean } from "@waygate/core/plugin";
import { addressProblem } from "@waygate/http";
import { protectedFields } from "@waygate/openai-chat";
import {
  address,
  bodyFields,
  capabilityFlags,
  flag,
  mapOf,
  modelEntries,
  object,
  pricing,
  settingsEffort,
  text,
  textMap,
} from "@waygate/plugin-kit/settings";
import * as v from "valibot";
import { readAuthHeader } from "./auth-header.ts";
import { type DialectName, dialectNames } from "./dialects.ts";

/** Fields for the body of a request. */
export const extraBody = bodyFields(protectedFields);

const dialect = v.picklist(dialectNames, ({ input }) => {
  const hint = typeof input === "string" ? didYouMean(input, dialectNames) : "";
  return `must be one of ${dialectNames.join(", ")}.${hint}`;
});

const reasoningTag = v.pipe(
  v.string('must be the name of a tag, such as "think"'),
  v.regex(/^[A-Za-z][\w-]*$/, 'must be the name of a tag without brackets, such as "think"'),
);

const model = object({
  name: text("the model's name, as the service knows it"),
  ...modelEntries,
  reasoning_effort: v.optional(settingsEffort),
  dialect: v.optional(dialect),
  reasoning_tag: v.optional(reasoningTag),
  extra_body: v.optional(extraBody),
  pricing: v.optional(pricing),
  capabilities: v.optional(capabilityFlags, {}),
});

const authHeader = v.pipe(
  v.string('must be text, such as "api-key"'),
  v.rawCheck(({ dataset, addIssue }) => {
    const header = dataset.typed ? readAuthHeader(dataset.value) : undefined;
    if (typeof header === "string") addIssue({ message: header });
  }),
);

const queryValue = v.union(
  [v.string(), v.pipe(v.number(), v.finite()), v.boolean()],
  "must be text, a number, or true or false",
);

/** What the service has promised: a person's word, as nothing in its protocol tells. */
const privacy = object({
  zero_data_retention: v.optional(flag),
  data_collection: v.optional(v.literal("deny", 'must be "deny", or left out')),
});

/** What allows a name such as that of a container, which may be the same in any network. */
const httpHint =
  'If it is a machine or a container of your own, set "allow_http": true beside it, or use its IP address.';

/** The settings of one service: what stands under its id in `language_models.openai_compatible`. */
const fields = object({
  api_url: address("the service's address, such as https://host/v1", { oneLabelNames: true }),
  allow_http: v.optional(flag),
  dialect: v.optional(dialect, "openai" satisfies DialectName),
  available_models: v.optional(v.array(model, "must be a list of models")),
  discover: v.optional(flag),
  auth_header: v.optional(authHeader),
  custom_headers: v.optional(textMap, {}),
  extra_query: v.optional(mapOf(queryValue), {}),
  extra_body: v.optional(extraBody),
  privacy: v.optional(privacy),
});

const service = v.pipe(
  fields,
  v.forward(
    v.partialCheck(
      [["api_url"], ["allow_http"]],
      (input) => addressProblemOf(input) === undefined,
      ({ input }) => addressProblemOf(input) ?? "",
    ),
    ["api_url"],
  ),
);

function addressProblemOf({ api_url, allow_http }: Pick<v.InferOutput<typeof fields>, "api_url" | "allow_http">) {
  // Any other problem has been told by the address itself.
  if (addressProblem(api_url, { oneLabelNames: true }) !== undefined) return undefined;
  return addressProblem(api_url, { oneLabelNames: allow_http, hint: httpHint });
}

export const settings = toStandardJsonSchema(service);

export type ServiceSettings = v.InferOutput<typeof service>;
export type ModelSettings = v.InferOutput<typeof model>;
