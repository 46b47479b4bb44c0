import type { GatewayPlugin, Tool } from "@waygate/core";
import type { Host } from "@waygate/host";
import type { InjectionToken } from "tsyringe";
import type { Arguments, CommandName } from "./arguments.ts";
import type { BuiltInSimulator } from "./built-in-simulator.ts";
import type { Conversation } from "./conversation.ts";
import type { Diagnostics } from "./diagnostics.ts";
import type { ExitCode } from "./exit-code.ts";
import type { ModelChoice, ModelChooser } from "./model-choice.ts";
import type { PatternCompiler } from "./permissions/pattern-compiler.ts";
import type { PermissionStore } from "./permissions/permission-store.ts";
import type { Permissions } from "./permissions/permissions.ts";
import type { RememberedRules } from "./permissions/remembered-rules.ts";
import type { Interrupts } from "./terminal/interrupts.ts";
import type { Keyboard } from "./terminal/keyboard.ts";
import type { PasteMode } from "./terminal/paste-mode.ts";
import type { Screen, StandardStream } from "./terminal/screen.ts";
import type { Workspace } from "./tools/workspace.ts";

/** The streams and variables of the process. */
export interface Surroundings {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: StandardStream;
  readonly stderr: StandardStream;
  readonly environment: NodeJS.ProcessEnv;
}

/** A conversation with what belongs to it alone. */
export interface ConversationScope {
  readonly conversation: Conversation;
  readonly workspace: Workspace;
  readonly rules: RememberedRules;
}

export type OpenConversation = (choice: ModelChoice) => ConversationScope;
export type Command = () => Promise<ExitCode>;

/** What the container can be asked for. */
export const tokens = {
  surroundings: token<Surroundings>("surroundings"),
  arguments: token<Arguments>("arguments"),
  /** Registered once for each plugin. */
  plugin: token<GatewayPlugin>("plugin"),
  /** Settings, keys, plugins and models of this machine. */
  host: token<Host>("host"),
  openingHost: token<Promise<Host>>("opening host"),
  simulator: token<BuiltInSimulator>("simulator"),
  modelChooser: token<ModelChooser>("model chooser"),
  diagnostics: token<Diagnostics>("diagnostics"),
  interrupts: token<Interrupts>("interrupts"),
  screen: token<Screen>("screen"),
  /** Undefined where nobody sits at a terminal. */
  pasteMode: token<PasteMode>("paste mode"),
  keyboard: token<Keyboard | undefined>("keyboard"),
  permissionStore: token<PermissionStore>("permission store"),
  patterns: token<PatternCompiler>("patterns"),
  openConversation: token<OpenConversation>("open conversation"),
  commands: token<Readonly<Record<CommandName, Command>>>("commands"),

  /** The rest exists once for each conversation. */
  modelChoice: token<ModelChoice>("model choice"),
  workspace: token<Workspace>("workspace"),
  /** What a person allowed for more than one call. */
  rules: token<RememberedRules>("rules"),
  permissions: token<Permissions>("permissions"),
  /** Registered once for each tool. */
  tool: token<Tool>("tool"),
  conversation: token<Conversation>("conversation"),
} as const;

function token<Type>(name: string): InjectionToken<Type> {
  return Symbol(`waygate: ${name}`);
}
