import { matchesModel, mergeJson } from "@waygate/core/plugin";
import { layReasoning } from "./ask-for-reasoning.ts";
import { baseOf } from "./model-id.ts";
import type { OpenRouterOptions } from "./open-router-options.ts";
import type { ModelSettings, OpenRouterSettings } from "./settings.ts";
import { tighten } from "./tighten.ts";

/** Settings laid over one another, and what of them the privacy ratchet did not let through. */
export interface Layered<Settings> {
  readonly settings: Settings;
  readonly ignored: readonly string[];
}

type Notify = (notice: { readonly code: string; readonly message: string }) => void;

/** What the settings say of each model, worked out once. Where they contradict themselves, that is said once, too. */
export class ModelSettingsBook {
  readonly #settings: OpenRouterSettings;
  readonly #notify: Notify;
  readonly #known = new Map<string, ModelSettings>();
  readonly #told = new Set<string>();

  constructor(settings: OpenRouterSettings, notify: Notify) {
    this.#settings = settings;
    this.#notify = notify;
  }

  of(model: string): ModelSettings {
    const known = this.#known.get(model);
    if (known !== undefined) return known;
    const { settings, ignored } = settingsOf(model, this.#settings);
    this.#known.set(model, settings);
    const news = ignored.filter((entry) => !this.#told.has(entry));
    for (const entry of news) this.#told.add(entry);
    const notice = notLoosened("The settings", news);
    if (notice !== undefined) this.#notify(notice);
    return settings;
  }
}

/**
 * What the settings say of a model: those of all patterns that match, in their order, then those of its own entry. What
 * holds for a model holds for its variants, before what is said of these.
 */
function settingsOf(model: string, settings: OpenRouterSettings): Layered<ModelSettings> {
  const base = baseOf(model);
  const layers = Object.entries(settings.model_settings).filter(
    ([pattern]) => matchesModel(pattern, model) || matchesModel(pattern, base),
  );
  for (const id of new Set([base, model])) {
    const own = settings.available_models.findLast(({ name }) => name === id);
    if (own === undefined) continue;
    const { name, ...layer } = own;
    layers.push([name, layer]);
  }
  return layers.reduce<Layered<ModelSettings>>(
    (below, [where, layer]) => {
      const { settings, ignored } = layOver(below.settings, layer);
      return { settings, ignored: [...below.ignored, ...ignored.map((what) => `${what} (of "${where}")`)] };
    },
    { settings: {}, ignored: [] },
  );
}

/** What the privacy ratchet held back, if anything. */
export function notLoosened(
  who: string,
  ignored: readonly string[],
): { readonly code: string; readonly message: string } | undefined {
  if (ignored.length === 0) return undefined;
  const message = `${who} would loosen routing that can only be tightened: ${ignored.join(", ")} had no effect.`;
  return { code: "routing-not-loosened", message };
}

/** Lays a model's settings, or a request's options, over others. */
export function layOver<Below extends OpenRouterOptions, Above extends OpenRouterOptions>(
  below: Below,
  above: Above,
): Layered<Below & Above> {
  const merged: Below & Above = { ...below, ...above };
  for (const key of ["metadata", "trace"] as const) {
    if (below[key] === undefined || above[key] === undefined) continue;
    Object.assign(merged, { [key]: { ...below[key], ...above[key] } });
  }
  if (below.reasoning !== undefined && above.reasoning !== undefined) {
    Object.assign(merged, { reasoning: layReasoning(below.reasoning, above.reasoning) });
  }
  if (below.extra_body !== undefined && above.extra_body !== undefined) {
    Object.assign(merged, { extra_body: mergeJson(below.extra_body, above.extra_body, "stay") });
  }
  if (below.provider === undefined || above.provider === undefined) return { settings: merged, ignored: [] };
  const { routing, ignored } = tighten(below.provider, above.provider);
  return { settings: { ...merged, provider: routing }, ignored };
}
