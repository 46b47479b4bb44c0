/**
 * Suffixes that route a model's requests and make no model of their own, so that no list has them.
 * Source: openrouter.ai/docs/guides/routing/model-variants.
 */
const variant = /:(?:nitro|floor|exacto|online|extended|thinking)$/;

/** The model that a variant (`openai/gpt-5:nitro`) or a preset's model (`openai/gpt-5@preset/x`) is one of. */
export function baseOf(model: string): string {
  return withoutPreset(model).replace(variant, "");
}

/** Whether an id is one that no list has, but that stands for a model all the same. */
export function isUnlisted(model: string): boolean {
  return variant.test(model) || isPreset(model);
}

/** Whether another model than the one named may answer: a router's choice, or that of a preset. */
export function isRouter(model: string): boolean {
  return model.startsWith("openrouter/") || model.startsWith("@preset/");
}

export function isPreset(model: string): boolean {
  return model.includes("@preset/");
}

function withoutPreset(model: string): string {
  const at = model.indexOf("@preset/");
  return at > 0 ? model.slice(0, at) : model;
}
