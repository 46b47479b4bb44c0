import type { GatewayEntry, GatewayPlugin, RegistryNotice } from "@waygate/core";
import { didYouMean } from "@waygate/core/plugin";
import type { KeyPath, Settings } from "./settings.ts";
import { printable } from "./terminal/printable.ts";
import type { Screen } from "./terminal/screen.ts";

/** Tells the person what is wrong or odd about the settings, each thing once, with the place to mend it. */
export class Diagnostics {
  readonly #settings: Settings;
  readonly #screen: Screen;
  readonly #told = new Set<string>();

  constructor(settings: Settings, screen: Screen) {
    this.#settings = settings;
    this.#screen = screen;
  }

  /** What a registry or a plugin has to say outside of any stream. */
  notice({ gateway, path, message }: RegistryNotice): void {
    if (path === undefined) this.#warn(`Gateway "${gateway}": ${message}`);
    else this.#warn(`${this.#settings.place(["language_models", ...path], "key")}: ${message}`);
  }

  /** Gateways that cannot be used as they are set up. */
  refused(entries: readonly GatewayEntry[]): void {
    for (const { id, issues } of entries) {
      for (const { path, message } of issues) {
        const keys = ["language_models", ...path];
        const place = this.#settings.place(keys, "value");
        this.#warn(`${place}: ${keyName(keys)}: ${message} (Gateway "${id}" is not used.)`);
      }
    }
  }

  /** Settings of gateways that nobody here can make. */
  withoutPlugin(plugins: readonly GatewayPlugin[]): void {
    const known = plugins.map(({ settingsKey }) => settingsKey);
    for (const key of Object.keys(this.#settings.languageModels)) {
      if (known.includes(key)) continue;
      const place = this.#settings.place(["language_models", key], "key");
      this.#warn(
        `${place}: There is no plugin for "${key}" here, so its settings are ignored.${didYouMean(key, known)}`,
      );
    }
  }

  #warn(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    // Not awaited: it is written at once, and more than a pipe holds of it there never is.
    void this.#screen.aside.paragraph("warning: ", printable(message), "yellow");
  }
}

/** `language_models.openai_compatible.local.api_url` */
function keyName(path: KeyPath): string {
  return path.map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`)).join("");
}
