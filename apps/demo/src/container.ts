import { createRegistry, type Tool } from "@waygate/core";
import {
  type DependencyContainer,
  type FactoryFunction,
  instanceCachingFactory as once,
  container as root,
} from "tsyringe";
import type { Arguments } from "./arguments.ts";
import { BuiltInSimulator } from "./built-in-simulator.ts";
import { chat } from "./commands/chat.ts";
import { listModels } from "./commands/models.ts";
import { Conversation } from "./conversation.ts";
import { environmentCredentials } from "./credentials.ts";
import { Diagnostics } from "./diagnostics.ts";
import { UsageError } from "./exit-code.ts";
import { type ModelChoice, ModelChooser } from "./model-choice.ts";
import { plugins } from "./plugins.ts";
import { readSettings } from "./settings.ts";
import { systemPrompt } from "./system-prompt.ts";
import type { Interrupts } from "./terminal/interrupts.ts";
import { Keyboard } from "./terminal/keyboard.ts";
import { Screen } from "./terminal/screen.ts";
import { TerminalApproval } from "./terminal/terminal-approval.ts";
import { type ConversationScope, type Host, tokens } from "./tokens.ts";
import { type Approval, allowAll, denyAll } from "./tools/approval.ts";
import { commandEnvironment } from "./tools/command-environment.ts";
import { listFiles } from "./tools/list-files.ts";
import { readFile } from "./tools/read-file.ts";
import { runCommand } from "./tools/run-command.ts";
import { searchFiles } from "./tools/search-files.ts";
import { Workspace } from "./tools/workspace.ts";
import { writeFile } from "./tools/write-file.ts";

export interface Given {
  readonly host: Host;
  readonly arguments: Arguments;
  readonly interrupts: Interrupts;
}

/** The composition root: everything that the program consists of, made when it is first asked for. */
export function compose(given: Given): DependencyContainer {
  const program = root.createChildContainer();
  for (const plugin of plugins) program.register(tokens.plugin, { useValue: plugin });
  program.register(tokens.host, { useValue: given.host });
  program.register(tokens.arguments, { useValue: given.arguments });
  program.register(tokens.interrupts, { useValue: given.interrupts });
  program.register(tokens.settings, {
    useFactory: once(() => readSettings(given.arguments.settings, given.host.environment)),
  });
  program.register(tokens.credentials, { useValue: environmentCredentials(given.host.environment) });
  program.register(tokens.screen, { useFactory: once(makeScreen) });
  program.register(tokens.keyboard, { useFactory: once(makeKeyboard) });
  program.register(tokens.diagnostics, {
    useFactory: once((c) => new Diagnostics(c.resolve(tokens.settings), c.resolve(tokens.screen))),
  });
  program.register(tokens.registry, { useFactory: once(makeRegistry) });
  program.register(tokens.simulator, {
    useFactory: once((c) => new BuiltInSimulator(c.resolve(tokens.registry), c.resolve(tokens.settings))),
  });
  program.register(tokens.modelChooser, { useFactory: once(makeModelChooser) });
  program.register(tokens.openConversation, {
    useValue: (choice: ModelChoice) => openConversation(program, choice),
  });
  program.register(tokens.commands, { useFactory: once(makeCommands) });
  return program;
}

/** A container of its own for each conversation: what one is allowed or remembers, another does not. */
function openConversation(program: DependencyContainer, choice: ModelChoice): ConversationScope {
  const scope = program.createChildContainer();
  scope.register(tokens.modelChoice, { useValue: choice });
  scope.register(tokens.workspace, { useFactory: once(makeWorkspace) });
  scope.register(tokens.approval, { useFactory: once(makeApproval) });
  for (const tool of toolFactories) scope.register(tokens.tool, { useFactory: once(tool) });
  scope.register(tokens.conversation, { useFactory: once(makeConversation) });
  return { conversation: scope.resolve(tokens.conversation), workspace: scope.resolve(tokens.workspace) };
}

const toolFactories: readonly FactoryFunction<Tool>[] = [
  (c) => listFiles(c.resolve(tokens.workspace)),
  (c) => readFile(c.resolve(tokens.workspace)),
  (c) => searchFiles(c.resolve(tokens.workspace)),
  (c) => writeFile(c.resolve(tokens.workspace), c.resolve(tokens.approval)),
  (c) => {
    const environment = commandEnvironment(c.resolve(tokens.host).environment, c.resolve(tokens.registry).gateways());
    return runCommand(c.resolve(tokens.workspace), c.resolve(tokens.approval), { environment });
  },
];

function makeRegistry(c: DependencyContainer) {
  const diagnostics = c.resolve(tokens.diagnostics);
  const installed = c.resolveAll(tokens.plugin);
  const registry = createRegistry({
    plugins: installed,
    settings: c.resolve(tokens.settings).languageModels,
    credentials: c.resolve(tokens.credentials),
    onNotice: (notice) => diagnostics.notice(notice),
  });
  diagnostics.refused(registry.gateways());
  diagnostics.withoutPlugin(installed);
  return registry;
}

function makeModelChooser(c: DependencyContainer) {
  return new ModelChooser({
    registry: c.resolve(tokens.registry),
    settings: c.resolve(tokens.settings),
    credentials: c.resolve(tokens.credentials),
    simulator: c.resolve(tokens.simulator),
    effort: c.resolve(tokens.arguments).effort,
  });
}

function makeScreen(c: DependencyContainer) {
  const { stdout, stderr, stdin, environment } = c.resolve(tokens.host);
  const { command, prompt, json } = c.resolve(tokens.arguments);
  const conversing = command === "chat" && prompt === undefined && !json && stdin.isTTY && stdout.isTTY;
  return new Screen({ stdout, stderr, environment, conversing });
}

function makeKeyboard(c: DependencyContainer) {
  const { stdin } = c.resolve(tokens.host);
  return stdin.isTTY ? new Keyboard(stdin, c.resolve(tokens.interrupts)) : undefined;
}

function makeWorkspace(c: DependencyContainer) {
  const { folder } = c.resolve(tokens.arguments);
  try {
    return new Workspace(folder);
  } catch {
    throw new UsageError(`There is no folder "${folder}".`);
  }
}

function makeApproval(c: DependencyContainer): Approval {
  if (c.resolve(tokens.arguments).yes) return allowAll;
  const screen = c.resolve(tokens.screen);
  const keyboard = c.resolve(tokens.keyboard);
  return keyboard !== undefined && screen.aside.terminal ? new TerminalApproval(screen, keyboard) : denyAll;
}

function makeConversation(c: DependencyContainer) {
  const { tools, system, maxSteps } = c.resolve(tokens.arguments);
  return new Conversation({
    registry: c.resolve(tokens.registry),
    choice: c.resolve(tokens.modelChoice),
    tools: tools ? c.resolveAll(tokens.tool) : [],
    system: system ?? systemPrompt(tools ? c.resolve(tokens.workspace).root : undefined),
    maxSteps,
  });
}

function makeCommands(c: DependencyContainer) {
  const services = () => ({
    host: c.resolve(tokens.host),
    arguments: c.resolve(tokens.arguments),
    settings: c.resolve(tokens.settings),
    registry: c.resolve(tokens.registry),
    modelChooser: c.resolve(tokens.modelChooser),
    interrupts: c.resolve(tokens.interrupts),
    screen: c.resolve(tokens.screen),
    keyboard: c.resolve(tokens.keyboard),
    openConversation: c.resolve(tokens.openConversation),
  });
  return { chat: () => chat(services()), models: () => listModels(services()) };
}
