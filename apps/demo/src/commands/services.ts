import type { Registry } from "@waygate/core";
import type { Arguments } from "../arguments.ts";
import type { ModelChooser } from "../model-choice.ts";
import type { Settings } from "../settings.ts";
import type { Interrupts } from "../terminal/interrupts.ts";
import type { Keyboard } from "../terminal/keyboard.ts";
import type { Screen } from "../terminal/screen.ts";
import type { Host, OpenConversation } from "../tokens.ts";

/** What commands work with. */
export interface Services {
  readonly host: Host;
  readonly arguments: Arguments;
  readonly settings: Settings;
  readonly registry: Registry;
  readonly modelChooser: ModelChooser;
  readonly interrupts: Interrupts;
  readonly screen: Screen;
  readonly keyboard: Keyboard | undefined;
  readonly openConversation: OpenConversation;
}
