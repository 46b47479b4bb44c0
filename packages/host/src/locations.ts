import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** Variables by name, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where `waygate/settings.json` is kept on a platform: its folder for settings. */
export function defaultSettingsFile(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  return join(configFolder(environment, platform), "waygate", "settings.json");
}

/** Zed's own settings file. */
export function zedSettingsFile(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (platform === "win32") return join(configFolder(environment, platform), "Zed", "settings.json");
  // Zed keeps to ~/.config on macOS too, and asks its Flatpak for the folder first.
  const folder = platform === "darwin" ? undefined : absolute(environment.FLATPAK_XDG_CONFIG_HOME);
  return join(folder ?? xdgConfigFolder(environment, platform), "zed", "settings.json");
}

/** The settings that a project's folder may hold. */
export function projectSettingsFile(folder: string): string {
  return join(folder, ".waygate", "settings.json");
}

/**
 * Where a program keeps data of its own that is worth keeping, such as what a person has confirmed:
 * `$XDG_DATA_HOME/waygate` or `~/.local/share/waygate`, on macOS `~/Library/Application Support/waygate/data`, on
 * Windows `%LOCALAPPDATA%\\waygate\\data`.
 */
export function defaultDataFolder(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = homeFolder(environment);
  if (platform === "win32") {
    return join(absolute(environment.LOCALAPPDATA) ?? join(home, "AppData", "Local"), "waygate", "data");
  }
  if (platform === "darwin") return join(configFolder(environment, platform), "waygate", "data");
  return join(absolute(environment.XDG_DATA_HOME) ?? join(home, ".local", "share"), "waygate");
}

/** Where lists of models are kept. */
export function defaultCacheFolder(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = homeFolder(environment);
  if (platform === "win32") {
    return join(absolute(environment.LOCALAPPDATA) ?? join(home, "AppData", "Local"), "waygate", "cache");
  }
  if (platform === "darwin") return join(home, "Library", "Caches", "waygate");
  return join(absolute(environment.XDG_CACHE_HOME) ?? join(home, ".cache"), "waygate");
}

/** A path with `~/` spelt out. */
export function expandHome(path: string, environment: Environment): string {
  return /^~[/\\]/.test(path) ? join(homeFolder(environment), path.slice(2)) : path;
}

function configFolder(environment: Environment, platform: NodeJS.Platform): string {
  const home = homeFolder(environment);
  if (platform === "win32") return absolute(environment.APPDATA) ?? join(home, "AppData", "Roaming");
  if (platform === "darwin") return join(home, "Library", "Application Support");
  return xdgConfigFolder(environment, platform);
}

function xdgConfigFolder(environment: Environment, platform: NodeJS.Platform): string {
  const folder = platform === "darwin" ? undefined : absolute(environment.XDG_CONFIG_HOME);
  return folder ?? join(homeFolder(environment), ".config");
}

function homeFolder(environment: Environment): string {
  return environment.HOME || environment.USERPROFILE || homedir();
}

/** A relative folder in these variables means nothing, says the XDG specification. */
function absolute(folder: string | undefined): string | undefined {
  return folder !== undefined && (isAbsolute(folder) || /^[a-z]:[\\/]/i.test(folder)) ? folder : undefined;
}
