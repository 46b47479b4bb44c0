import type { GatewayEntry, GatewayPlugin } from "@waygate/core";
import { didYouMean } from "@waygate/core/plugin";
import type { PluginInfo } from "./discovery/plugins.ts";
import type { ChosenFile } from "./host-defaults.ts";
import type { Notice } from "./notice.ts";
import { features } from "./settings/agent.ts";
import { formatKeyPath, type KeyPath } from "./settings/key-path.ts";
import type { Layers } from "./settings/layers.ts";
import type { Settings } from "./settings/settings.ts";

export interface Reviewed {
  readonly settings: Settings;
  readonly chosen: ChosenFile;
  /** Those in use. */
  readonly plugins: readonly GatewayPlugin[];
  /** All that are known. */
  readonly infos: readonly PluginInfo[];
  readonly entries: readonly GatewayEntry[];
}

/** All that is wrong or odd at a moment. */
export function noticesOf({ settings, chosen, plugins, infos, entries }: Reviewed): readonly Notice[] {
  const { layers } = settings;
  return [
    ...missingFileNotices(chosen, settings),
    ...settings.notices,
    ...pluginNotices(infos, layers),
    ...sectionNotices(plugins, infos, layers, chosen.foreign),
    ...gatewayNotices(entries, infos, layers),
    ...providerNotices(entries, plugins, layers),
  ];
}

/** A settings file that somebody asked for, and that is not there. */
function missingFileNotices(
  { file, foreign, named }: ChosenFile,
  { exists, notices }: Pick<Settings, "exists" | "notices">,
): readonly Notice[] {
  // One that is there and cannot be used is told as that.
  const unusable = notices.some(({ severity, place }) => severity === "error" && place?.file === file);
  if (!named || file === undefined || exists || unusable) return [];
  const whose = foreign ? "settings file of Zed's" : "settings file";
  const message = `There is no ${whose} "${file}": the settings are those of a new one. Look whether its name is right.`;
  return [{ severity: "warning", code: "settings-missing", message }];
}

/** Plugins that the settings or the keyword name, and that cannot be used. */
function pluginNotices(infos: readonly PluginInfo[], layers: Layers): readonly Notice[] {
  return infos.flatMap(({ problem, origin, state, named, name, package: packageName }): readonly Notice[] => {
    if (problem === undefined || origin === "program" || state === "unconfirmed") return [];
    const index = named === undefined ? -1 : layers.keys.plugins.indexOf(named);
    const path: KeyPath | undefined = index === -1 ? undefined : ["plugins", index];
    const message = problem.includes(`"${packageName ?? named}"`)
      ? problem
      : `The plugin "${packageName ?? name}" is not used. ${problem}`;
    return [notice("error", "plugin-refused", message, path, layers)];
  });
}

/** Sections of `language_models` that no plugin here reads. In Zed's file there are many that nobody here wants to. */
function sectionNotices(
  plugins: readonly GatewayPlugin[],
  infos: readonly PluginInfo[],
  layers: Layers,
  foreign: boolean,
): readonly Notice[] {
  const known = plugins.map(({ settingsKey }) => settingsKey);
  const others = Object.keys(layers.languageModels).filter((key) => !known.includes(key));
  return others.flatMap((key) => {
    const waiting = infos.find(({ state, settingsKey }) => state === "unconfirmed" && settingsKey === key);
    if (waiting !== undefined) {
      const message = `The settings under "${key}" have no effect yet: the plugin "${waiting.package}" is not confirmed. ${waiting.problem}`;
      return [notice("warning", "plugin-unconfirmed", message, ["language_models", key], layers)];
    }
    const hint = didYouMean(key, known);
    if (foreign && hint === "") return [];
    const message = `There is no plugin for "${key}" here, so its settings are ignored.${hint}`;
    return [notice("warning", "no-plugin", message, ["language_models", key], layers)];
  });
}

/** What is wrong with the settings of gateways. Those of a plugin that cannot be used are told of with that. */
function gatewayNotices(
  entries: readonly GatewayEntry[],
  infos: readonly PluginInfo[],
  layers: Layers,
): readonly Notice[] {
  const refused = infos.filter(({ problem }) => problem !== undefined).map(({ id }) => id);
  return entries.flatMap(({ id, plugin, issues }) =>
    (refused.includes(plugin) ? [] : issues).map((issue) => {
      const path = ["language_models", ...issue.path];
      const stop = /[.?]$/.test(issue.message) ? "" : ".";
      const message = `${formatKeyPath(path)}: ${issue.message}${stop} Gateway "${id}" is not used.`;
      return { ...notice("error", "gateway-refused", message, path, layers), gateway: id };
    }),
  );
}

/** Models that `agent` chooses from gateways that are not there. */
function providerNotices(
  entries: readonly GatewayEntry[],
  plugins: readonly GatewayPlugin[],
  layers: Layers,
): readonly Notice[] {
  const ids = entries.map(({ id }) => id);
  return features.flatMap((feature): readonly Notice[] => {
    const selection = layers.agent.model(feature);
    if (selection === undefined || selection.path?.[1] !== feature || ids.includes(selection.provider)) return [];
    const { provider } = selection;
    const byKey = plugins.find(({ settingsKey, instances }) => instances === "one" && settingsKey === provider);
    const hint =
      byKey === undefined
        ? didYouMean(provider, ids)
        : ` "${provider}" is the key of its settings; the gateway itself is "${byKey.id}".`;
    const path = ["agent", feature, "provider"];
    const message = `${formatKeyPath(path)}: There is no gateway "${provider}".${hint || ` There are: ${ids.join(", ") || "none"}.`}`;
    return [notice("error", "unknown-provider", message, path, layers)];
  });
}

function notice(
  severity: Notice["severity"],
  code: string,
  message: string,
  path: KeyPath | undefined,
  layers: Layers,
): Notice {
  if (path === undefined) return { severity, code, message };
  return { severity, code, message, path, place: layers.place(path, severity === "error" ? "value" : "key") };
}
