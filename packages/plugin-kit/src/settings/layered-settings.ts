import { matchesModel, type NoticeEvent } from "@waygate/core/plugin";

/** Settings laid over others, and what the privacy ratchet did not let through. */
export interface Layered<Settings> {
  readonly settings: Settings;
  /** What the upper settings would have loosened, as it was written. It has no effect. */
  readonly ignored: readonly string[];
}

export interface LayeredSettingsOptions<Settings> {
  /** Settings by the id of a model, or by a pattern with `*`. All that match count, in their order. */
  readonly patterns: Readonly<Record<string, Settings>>;
  /** Settings of single models. They come after all patterns; of two with the same name, the last counts. */
  readonly models: readonly (Settings & { readonly name: string })[];
  /** Lays one layer over another. */
  readonly lay: (below: Settings, above: Settings) => Layered<Settings>;
  /** The names under which the settings of a model may stand, the most general first. Default: its id alone. */
  readonly namesOf?: (model: string) => readonly string[];
  /** Receives a notice about settings that have no effect, once for each of them. */
  readonly notice: (notice: Omit<NoticeEvent, "type">) => void;
}

/** The settings of each model, put together from the layers that match it. Each model is worked out once. */
export class LayeredSettings<Settings extends object> {
  readonly #options: LayeredSettingsOptions<Settings>;
  readonly #known = new Map<string, Settings>();
  readonly #reported = new Set<string>();

  constructor(options: LayeredSettingsOptions<Settings>) {
    this.#options = options;
  }

  of(model: string): Settings {
    const known = this.#known.get(model);
    if (known !== undefined) return known;
    const { settings, ignored } = this.#layersOf(model).reduce<Layered<Settings>>(
      (below, [name, layer]) => {
        const { settings, ignored } = this.#options.lay(below.settings, layer);
        return { settings, ignored: [...below.ignored, ...ignored.map((what) => `${what} (of "${name}")`)] };
      },
      // Nothing is required of a layer: each names only what it is about.
      { settings: {} as Settings, ignored: [] },
    );
    this.#known.set(model, settings);
    this.#report(ignored);
    return settings;
  }

  #layersOf(model: string): readonly (readonly [name: string, layer: Settings])[] {
    const { patterns, models, namesOf } = this.#options;
    const names = [...new Set(namesOf?.(model) ?? [model])];
    const matching = Object.entries(patterns).filter(([pattern]) => names.some((name) => matchesModel(pattern, name)));
    const own = names.flatMap((name) => {
      const entry = models.findLast((candidate) => candidate.name === name);
      return entry === undefined ? [] : [[name, withoutName(entry)] as const];
    });
    return [...matching, ...own];
  }

  #report(ignored: readonly string[]): void {
    const news = ignored.filter((entry) => !this.#reported.has(entry));
    for (const entry of news) this.#reported.add(entry);
    const notice = notLoosened("The settings", news);
    if (notice !== undefined) this.#options.notice(notice);
  }
}

/** The notice about routing that the privacy ratchet did not let through, or `undefined` if there is none. */
export function notLoosened(who: string, ignored: readonly string[]): Omit<NoticeEvent, "type"> | undefined {
  if (ignored.length === 0) return undefined;
  const message = `${who} would loosen routing that can only be tightened: ${ignored.join(", ")} had no effect.`;
  return { code: "routing-not-loosened", message };
}

function withoutName<Settings>({ name: _, ...layer }: Settings & { readonly name: string }): Settings {
  return layer as Settings;
}
