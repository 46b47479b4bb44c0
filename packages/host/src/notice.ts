import type { KeyPath } from "./settings/key-path.ts";
import { formatPlace, type Place } from "./settings/place.ts";

/**
 * Something about settings, plugins, keys or model lists that a person may want to know or has to mend. Plain data, and
 * never a secret or a settings value.
 */
export interface Notice {
  /** `error`: something that was asked for does not work. `warning`: all works, but something has no effect or is old. */
  readonly severity: "error" | "warning";
  /** Stable, for programs: such as `settings-syntax`, `unknown-setting`, `project-setting`, `plugin-refused`. */
  readonly code: string;
  /** For people: what was expected and what to do. Without the place. */
  readonly message: string;
  /** The gateway concerned, if it is about one. */
  readonly gateway?: string | undefined;
  /** The keys from the root of the settings to the setting concerned, if it is about one. */
  readonly path?: KeyPath | undefined;
  /** Where that stands. */
  readonly place?: Place | undefined;
}

/** `file:line:column: message`, or the message alone where the notice is about no file. */
export function formatNotice({ place, message }: Notice): string {
  return place === undefined ? message : `${formatPlace(place)}: ${message}`;
}
