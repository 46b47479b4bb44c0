import { matchesModel, mergeJson, type NoticeEvent } from "@waygate/core/plugin";
import { layProviderOptions } from "./lay-provider-options.ts";
import type { RequestSettings } from "./options.ts";
import type { ModelSettings, VercelAiGatewaySettings } from "./settings.ts";

type Notice = Omit<NoticeEvent, "type">;

/** Settings laid over one another, and what of them the privacy ratchet did not let through. */
export interface Layered<Settings> {
  readonly settings: Settings;
  readonly ignored: readonly string[];
}

/** What the settings say of each model, worked out once. What they contradict themselves in is said once, too. */
export class ModelSettingsBook {
  readonly #settings: VercelAiGatewaySettings;
  readonly #notice: (notice: Notice) => void;
  readonly #known = new Map<string, ModelSettings>();

  constructor(settings: VercelAiGatewaySettings, notice: (notice: Notice) => void) {
    this.#settings = settings;
    this.#notice = notice;
  }

  of(model: string): ModelSettings {
    const known = this.#known.get(model);
    if (known !== undefined) return known;
    const { settings, ignored } = settingsOf(model, this.#settings);
    this.#known.set(model, settings);
    const notice = notLoosened(`The settings of ${model}`, ignored);
    if (notice !== undefined) this.#notice(notice);
    return settings;
  }
}

/** What the privacy ratchet held back, if anything. */
export function notLoosened(who: string, ignored: readonly string[]): Notice | undefined {
  if (ignored.length === 0) return undefined;
  const message = `${who} would loosen the routing, which can only be tightened: ${ignored.join(", ")} had no effect.`;
  return { code: "routing-not-loosened", message };
}

/** What the settings say of a model: those of all patterns that match, in their order, then those of its own entry. */
function settingsOf(model: string, settings: VercelAiGatewaySettings): Layered<ModelSettings> {
  const layers: ModelSettings[] = Object.entries(settings.model_settings)
    .filter(([pattern]) => matchesModel(pattern, model))
    .map(([, layer]) => layer);
  const own = settings.available_models.findLast(({ name }) => name === model);
  if (own !== undefined) {
    const { name: _, ...layer } = own;
    layers.push(layer);
  }
  return layers.reduce<Layered<ModelSettings>>(
    (below, layer) => {
      const { settings, ignored } = layOver(below.settings, layer);
      const capabilities = { ...below.settings.capabilities, ...layer.capabilities };
      return { settings: { ...settings, capabilities }, ignored: [...below.ignored, ...ignored] };
    },
    { settings: {}, ignored: [] },
  );
}

/** Lays a model's settings, or a request's options, over others. */
export function layOver<Below extends RequestSettings, Above extends RequestSettings>(
  below: Below,
  above: Above,
): Layered<Below & Above> {
  const merged: Below & Above = { ...below, ...above };
  if (below.extra_body !== undefined && above.extra_body !== undefined) {
    Object.assign(merged, { extra_body: mergeJson(below.extra_body, above.extra_body, "stay") });
  }
  if (below.providerOptions === undefined || above.providerOptions === undefined) {
    return { settings: merged, ignored: [] };
  }
  const { options, ignored } = layProviderOptions(below.providerOptions, above.providerOptions);
  return { settings: { ...merged, providerOptions: options }, ignored };
}
