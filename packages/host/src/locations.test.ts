import { expect, it } from "vitest";
import {
  defaultCacheFolder,
  defaultDataFolder,
  defaultSettingsFile,
  expandHome,
  zedSettingsFile,
} from "./locations.ts";

const home = { HOME: "/home/me" };

it.each([
  [defaultSettingsFile, "linux", home, "/home/me/.config/waygate/settings.json"],
  [defaultSettingsFile, "linux", { ...home, XDG_CONFIG_HOME: "/xdg" }, "/xdg/waygate/settings.json"],
  [defaultSettingsFile, "linux", { ...home, XDG_CONFIG_HOME: "relative" }, "/home/me/.config/waygate/settings.json"],
  [defaultSettingsFile, "darwin", home, "/home/me/Library/Application Support/waygate/settings.json"],
  [defaultSettingsFile, "win32", { USERPROFILE: "/me" }, "/me/AppData/Roaming/waygate/settings.json"],
  [defaultSettingsFile, "win32", { APPDATA: "/roaming" }, "/roaming/waygate/settings.json"],
  [zedSettingsFile, "linux", { ...home, XDG_CONFIG_HOME: "/xdg" }, "/xdg/zed/settings.json"],
  [zedSettingsFile, "linux", { ...home, FLATPAK_XDG_CONFIG_HOME: "/flat" }, "/flat/zed/settings.json"],
  [zedSettingsFile, "darwin", { ...home, XDG_CONFIG_HOME: "/xdg" }, "/home/me/.config/zed/settings.json"],
  [zedSettingsFile, "win32", { APPDATA: "/roaming" }, "/roaming/Zed/settings.json"],
  [defaultCacheFolder, "linux", home, "/home/me/.cache/waygate"],
  [defaultCacheFolder, "linux", { ...home, XDG_CACHE_HOME: "/cache" }, "/cache/waygate"],
  [defaultCacheFolder, "darwin", home, "/home/me/Library/Caches/waygate"],
  [defaultCacheFolder, "win32", { LOCALAPPDATA: "/local" }, "/local/waygate/cache"],
  [defaultDataFolder, "linux", home, "/home/me/.local/share/waygate"],
  [defaultDataFolder, "linux", { ...home, XDG_DATA_HOME: "/data" }, "/data/waygate"],
  [defaultDataFolder, "linux", { ...home, XDG_DATA_HOME: "relative" }, "/home/me/.local/share/waygate"],
  [defaultDataFolder, "darwin", home, "/home/me/Library/Application Support/waygate/data"],
  [defaultDataFolder, "win32", { LOCALAPPDATA: "/local" }, "/local/waygate/data"],
] as const)("%o on %s", (place, platform, environment, expected) => {
  expect(place(environment, platform).replaceAll("\\", "/")).toBe(expected);
});

it("spells home out", () => {
  expect(expandHome("~/x/y", home)).toBe("/home/me/x/y");
  expect(expandHome("~x", home)).toBe("~x");
});
