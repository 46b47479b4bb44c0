import { didYouMean, type JsonObject, type JsonValue } from "@waygate/core/plugin";
import {
  flag,
  json,
  jsonObject,
  listOf,
  mapOf,
  object,
  oneOf,
  openObject,
  shortText,
  text,
} from "@waygate/plugin-kit/settings";
import * as v from "valibot";

/**
 * How a request is routed: the `gateway` object of `providerOptions`. Slugs of providers are those that the gateway's
 * pages show, such as `anthropic`, `bedrock`, `vertex`. A key that is not here is sent as it is, as the service adds
 * new ones; one that is nearly here is refused as misspelt.
 * Source: vercel.com/docs/ai-gateway/models-and-providers/provider-options, and the pages named at the fields.
 */
export type GatewayRouting = {
  /** The providers to try first, in this order. Others follow. */
  readonly order?: readonly string[];
  /** Only these providers. At least one. */
  readonly only?: readonly string[];
  /** How providers are put in order: by price, by the time to the first token, or by tokens a second. */
  readonly sort?: "cost" | "ttft" | "tps";
  /** Models to try, in this order, where the one asked for cannot answer. See models-and-providers/model-fallbacks. */
  readonly models?: readonly string[];
  /** Only models that have all of these: `vision`, `tool-use`, `reasoning`, `implicit-caching`, `quantization:fp8`, … */
  readonly has?: readonly string[];
  /** Only providers that keep nothing. Leaves the team's own provider keys out. See security-and-compliance/zdr. */
  readonly zeroDataRetention?: boolean;
  /** Only providers that do not train on prompts. Not enforced for the team's own provider keys. */
  readonly disallowPromptTraining?: boolean;
  /** Only providers that the gateway has an agreement with on health data. */
  readonly hipaaCompliant?: boolean;
  /** Where the model may run: `{ scope: "zone", geoRegion: "eu" }`. See security-and-compliance/regional-inference. */
  readonly inferenceRegion?: JsonObject;
  /** The countries that providers may be based in. See security-and-compliance/provider-headquarters. */
  readonly headquarters?: JsonValue;
  /** Names the end user, for reports and limits. At most 256 characters. */
  readonly user?: string;
  /** For reports: at most 10, each of at most 64 characters. */
  readonly tags?: readonly string[];
  /** Whose budget the request counts against. */
  readonly quotaEntityId?: string;
  /** Names the end user to providers' abuse checks. At most 64 characters. */
  readonly safetyIdentifier?: string;
  /** Credentials with providers, by slug. In a request only: settings hold no keys. See authentication-and-byok/byok. */
  readonly byok?: Readonly<Record<string, readonly JsonObject[]>>;
  /** How long a provider may take to begin its answer, by slug, in milliseconds: 1,000 to 789,000. */
  readonly providerTimeouts?: ProviderTimeouts;
  /** `flex` costs less and takes longer, `priority` the reverse. */
  readonly serviceTier?: "flex" | "priority";
  /** `fast`: a faster variant of the model, where there is one, at a higher price. */
  readonly speed?: "fast";
  /** `auto`: marks the prompt for caching where a provider needs marks. A request's `cache: "auto"` sets it. */
  readonly caching?: "auto";
};

export type ProviderTimeouts = {
  /** With the team's own keys. */
  readonly byok?: Readonly<Record<string, number>>;
  /** With the gateway's keys. */
  readonly system?: Readonly<Record<string, number>>;
};

const slugs = listOf('a provider, such as "anthropic"', "providers");
const timeout = v.pipe(
  v.number("must be a number of milliseconds"),
  v.minValue(1000, "must be at least 1000 milliseconds"),
  v.maxValue(789_000, "must be at most 789000 milliseconds"),
);
const timeouts = mapOf(timeout, "must be an object of milliseconds by provider");

const entries = {
  order: v.optional(slugs),
  only: v.optional(v.pipe(slugs, v.nonEmpty("must name a provider: an empty list would allow none"))),
  sort: v.optional(oneOf(["cost", "ttft", "tps"])),
  models: v.optional(listOf("a model's id", "models")),
  has: v.optional(listOf('an ability, such as "vision"', "abilities")),
  zeroDataRetention: v.optional(flag),
  disallowPromptTraining: v.optional(flag),
  hipaaCompliant: v.optional(flag),
  inferenceRegion: v.optional(jsonObject),
  headquarters: v.optional(json),
  user: v.optional(shortText("an id of the end user", 256)),
  tags: v.optional(
    v.pipe(v.array(shortText("a tag", 64), "must be a list of tags"), v.maxLength(10, "must have at most 10 tags")),
  ),
  quotaEntityId: v.optional(text("an id")),
  safetyIdentifier: v.optional(shortText("an id of the end user", 64)),
  providerTimeouts: v.optional(object({ byok: v.optional(timeouts), system: v.optional(timeouts) })),
  serviceTier: v.optional(oneOf(["flex", "priority"])),
  speed: v.optional(oneOf(["fast"])),
  caching: v.optional(oneOf(["auto"])),
};

/** Credentials with providers, by slug. */
export const byokSchema = mapOf(
  v.array(jsonObject, "must be a list of credentials"),
  'must be an object, such as { "anthropic": [{ "apiKey": "…" }] }',
);

/** Routing in the settings. */
export const settingsRouting = routingOf({
  byok: v.optional(
    v.never("must not stand in the settings, which hold no keys: store them, or hand them to a request"),
  ),
});

/** Routing in a request. */
export const requestRouting = routingOf({ byok: v.optional(byokSchema) });

function routingOf<Byok extends v.ObjectEntries>(byok: Byok) {
  const known = { ...entries, ...byok };
  const names = Object.keys(known);
  return v.pipe(
    openObject(known),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      for (const key of Object.keys(dataset.value)) {
        const hint = names.includes(key) ? "" : didYouMean(key, names);
        // A misspelt demand for privacy must not be passed over by the service.
        if (hint !== "") addIssue({ message: `has an unknown key "${key}".${hint}` });
      }
    }),
  );
}
