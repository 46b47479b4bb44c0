import type { GatewayPlugin, RegistryNotice } from "@waygate/core";
import { isObject } from "@waygate/core/plugin";
import { formatNotice, type Notice } from "./notice.ts";
import type { Settings } from "./settings/settings.ts";
import { tell } from "./tell.ts";

type Sections = Readonly<Record<string, unknown>>;

/** Keeps what is to be said: each thing is told once, and shown for as long as it holds. */
export class NoticeBoard {
  readonly #settings: Settings;
  readonly #listener: ((notice: Notice) => void) | undefined;
  #reviewed: readonly Notice[] = [];
  /** What gateways said when they were made or opened: it holds until their settings change. */
  #fromGateways: readonly Notice[] = [];
  #told = new Set<string>();

  constructor(settings: Settings, listener: ((notice: Notice) => void) | undefined) {
    this.#settings = settings;
    this.#listener = listener;
  }

  get current(): readonly Notice[] {
    return [...this.#reviewed, ...this.#fromGateways];
  }

  /** Replaces what was found before by what is found now, and tells what is new. */
  review(notices: readonly Notice[]): void {
    const before = new Set(this.#reviewed.map(formatNotice));
    this.#reviewed = notices;
    for (const notice of notices) if (!before.has(formatNotice(notice))) tell(this.#listener, notice);
  }

  /** Tells something that does not stay. Once: a failure at each request is the same news. */
  tell(notice: Notice): void {
    const text = formatNotice(notice);
    if (this.#told.has(text)) return;
    // A program that runs for weeks must not keep all that it ever said.
    if (this.#told.size > 1000) this.#told = new Set();
    this.#told.add(text);
    tell(this.#listener, notice);
  }

  /** What core's registry has to say. */
  readonly fromRegistry = ({ gateway, code, message, path }: RegistryNotice): void => {
    const base = { severity: "warning", code, message, gateway } as const;
    const whole = path && ["language_models", ...path];
    const notice: Notice =
      whole === undefined ? base : { ...base, path: whole, place: this.#settings.place(whole, "key") };
    const text = `${gateway} ${formatNotice(notice)}`;
    if (this.#fromGateways.some((other) => `${other.gateway} ${formatNotice(other)}` === text)) return;
    this.#fromGateways = [...this.#fromGateways, notice];
    tell(this.#listener, notice);
  };

  /** Takes down what gateways said whose settings are others now: they say it again if it still holds. */
  forgetChanged(plugins: readonly GatewayPlugin[], before: Sections, after: Sections): void {
    this.#fromGateways = this.#fromGateways.filter(({ gateway }) => {
      const sections = plugins.map(({ instances, settingsKey, id }) => {
        const path = instances === "one" ? (id === gateway ? [settingsKey] : undefined) : [settingsKey, gateway ?? ""];
        return path === undefined || JSON.stringify(at(before, path)) === JSON.stringify(at(after, path));
      });
      return sections.every(Boolean);
    });
  }
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce((found, key) => (isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined), value);
}
