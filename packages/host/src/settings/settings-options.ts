import type { ModelName } from "./agent.ts";

/** Where an edit goes: the person's own file, or the project's. */
export type SettingsLayer = "user" | "project";

export interface SettingsOptions {
  /** The user's file. Undefined: there is none, and nothing can be set. */
  readonly file: string | undefined;
  /** The folder whose `.waygate/settings.json` is laid over the user's. */
  readonly projectFolder: string | undefined;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly foreign: boolean;
  /** Start with nothing where the user's file cannot be used, in place of rejecting. */
  readonly tolerant: boolean;
  /** Models that a project may choose although no settings name them. */
  readonly offered: readonly ModelName[];
}
