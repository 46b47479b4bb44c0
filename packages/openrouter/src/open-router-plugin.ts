import type { JsonObject } from "@waygate/core/plugin";
import { flag, jsonObject, number, oneOf, openObject, text } from "@waygate/plugin-kit/settings";
import * as v from "valibot";

/**
 * A plugin of OpenRouter: something it does to the request or to the answer. The ones that are known are typed; another
 * one is sent as it is. Source: openrouter.ai/docs/guides/features/plugins, and the OpenAPI document.
 */
export type OpenRouterPlugin =
  | WebPlugin
  | FileParserPlugin
  | ContextCompressionPlugin
  | AutoRouterPlugin
  | (JsonObject & { readonly id: string });

/** Searches the web before the model answers. Its successor is the server tool `openrouter:web_search`. */
export type WebPlugin = {
  readonly id: "web";
  /** False switches a default of the account off. */
  readonly enabled?: boolean;
  readonly engine?: "native" | "exa" | "firecrawl" | "parallel" | "perplexity";
  readonly max_results?: number;
  readonly max_uses?: number;
  readonly search_prompt?: string;
  readonly include_domains?: readonly string[];
  readonly exclude_domains?: readonly string[];
};

/** How PDF files are read for models that do not read them by themselves. */
export type FileParserPlugin = {
  readonly id: "file-parser";
  readonly enabled?: boolean;
  readonly pdf?: { readonly engine?: "native" | "mistral-ocr" | "cloudflare-ai" | "pdf-text" };
};

/** Shortens a prompt that is longer than the model's context window, from its middle. */
export type ContextCompressionPlugin = {
  readonly id: "context-compression";
  readonly enabled?: boolean;
  readonly engine?: "middle-out";
};

/** What `openrouter/auto` chooses among. Patterns may hold `*`. */
export type AutoRouterPlugin = {
  readonly id: "auto-router" | "auto-beta-router";
  readonly enabled?: boolean;
  readonly allowed_models?: readonly string[];
  readonly excluded_models?: readonly string[];
  readonly cost_tier?: "low" | "medium" | "high" | "xhigh" | "max";
};

/** A tool that OpenRouter carries out itself, as often as the model calls it within one answer. */
export type ServerTool = {
  /** Such as `openrouter:web_search`, `openrouter:web_fetch` or `openrouter:datetime`. */
  readonly type: string;
  readonly parameters?: JsonObject;
};

const patterns = v.array(text('a pattern, such as "anthropic/*"'), "must be a list of patterns");
const domains = v.array(text("a domain"), "must be a list of domains");
const enabled = v.optional(flag);
const web = {
  id: v.literal("web"),
  enabled,
  engine: v.optional(oneOf(["native", "exa", "firecrawl", "parallel", "perplexity"])),
  max_results: v.optional(number),
  max_uses: v.optional(number),
  search_prompt: v.optional(v.string("must be text")),
  include_domains: v.optional(domains),
  exclude_domains: v.optional(domains),
};
const fileParser = {
  id: v.literal("file-parser"),
  enabled,
  pdf: v.optional(openObject({ engine: v.optional(oneOf(["native", "mistral-ocr", "cloudflare-ai", "pdf-text"])) })),
};
const contextCompression = {
  id: v.literal("context-compression"),
  enabled,
  engine: v.optional(oneOf(["middle-out"])),
};
const autoRouter = {
  id: oneOf(["auto-router", "auto-beta-router"]),
  enabled,
  allowed_models: v.optional(patterns),
  excluded_models: v.optional(patterns),
  cost_tier: v.optional(oneOf(["low", "medium", "high", "xhigh", "max"])),
};
const known: readonly string[] = [
  web.id.literal,
  fileParser.id.literal,
  contextCompression.id.literal,
  ...autoRouter.id.options,
];

function isAnotherId(id: unknown): boolean {
  return typeof id === "string" && id !== "" && !known.includes(id);
}

/** Plugins gain fields, and new ones come: of those that are known the fields that are known are checked. */
export const pluginSchema = v.union(
  [
    openObject(web),
    openObject(fileParser),
    openObject(contextCompression),
    openObject(autoRouter),
    openObject({ id: v.custom<string>(isAnotherId) }),
  ],
  ({ input }) => pluginFault(input),
);

export const serverToolSchema = openObject({
  type: v.pipe(
    v.string('must be a server tool, such as "openrouter:web_search"'),
    v.regex(/^[a-z0-9_-]+:./, 'must be a server tool, such as "openrouter:web_search"'),
  ),
  parameters: v.optional(jsonObject),
});

function pluginFault(input: unknown): string {
  const id = typeof input === "object" && input !== null && "id" in input ? input.id : undefined;
  if (typeof id !== "string" || id === "") return 'must be an object with the "id" of a plugin, such as "web"';
  return `has a field that the plugin "${id}" does not take so`;
}
