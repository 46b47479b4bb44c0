import type { Host } from "@waygate/host";
import type { Arguments } from "../arguments.ts";
import type { BuiltInSimulator } from "../built-in-simulator.ts";
import type { ModelChooser } from "../model-choice.ts";
import type { PatternCompiler } from "../permissions/pattern-compiler.ts";
import type { PermissionStore } from "../permissions/permission-store.ts";
import type { Interrupts } from "../terminal/interrupts.ts";
import type { Keyboard } from "../terminal/keyboard.ts";
import type { PasteMode } from "../terminal/paste-mode.ts";
import type { Screen } from "../terminal/screen.ts";
import type { OpenConversation, Surroundings } from "../tokens.ts";

/** What commands work with. */
export interface Services {
  readonly surroundings: Surroundings;
  readonly arguments: Arguments;
  readonly host: Host;
  readonly simulator: BuiltInSimulator;
  readonly modelChooser: ModelChooser;
  readonly interrupts: Interrupts;
  readonly screen: Screen;
  readonly keyboard: Keyboard | undefined;
  readonly pasteMode: PasteMode;
  readonly permissionStore: PermissionStore;
  readonly patterns: PatternCompiler;
  readonly openConversation: OpenConversation;
}
