import { join, resolve } from "node:path";
import type { Tool } from "@waygate/core";
import { createHost, defaultDataFolder, type Host } from "@waygate/host";
import {
  type DependencyContainer,
  type FactoryFunction,
  instanceCachingFactory as once,
  container as root,
} from "tsyringe";
import type { Arguments } from "./arguments.ts";
import { BuiltInSimulator } from "./built-in-simulator.ts";
import { chat } from "./commands/chat.ts";
import { commit } from "./commands/commit.ts";
import { doctor } from "./commands/doctor.ts";
import { edit } from "./commands/edit.ts";
import { keys } from "./commands/keys.ts";
import { listModels } from "./commands/models.ts";
import { permissions } from "./commands/permissions.ts";
import { plugins as showPlugins } from "./commands/plugins.ts";
import { schema } from "./commands/schema.ts";
import { settings } from "./commands/settings.ts";
import { Conversation } from "./conversation.ts";
import { Diagnostics } from "./diagnostics.ts";
import { UsageError } from "./exit-code.ts";
import { type ModelChoice, ModelChooser } from "./model-choice.ts";
import { PatternCompiler, tellAboutPatterns } from "./permissions/pattern-compiler.ts";
import { PermissionStore } from "./permissions/permission-store.ts";
import { Permissions } from "./permissions/permissions.ts";
import { RememberedRules } from "./permissions/remembered-rules.ts";
import { asksAbout } from "./permissions/settings-permissions.ts";
import { plugins } from "./plugins.ts";
import { programEnvironment } from "./programs/program-environment.ts";
import { systemPrompt } from "./system-prompt.ts";
import { exactLine } from "./terminal/exact-text.ts";
import type { Interrupts } from "./terminal/interrupts.ts";
import { Keyboard } from "./terminal/keyboard.ts";
import { PasteMode } from "./terminal/paste-mode.ts";
import { Screen } from "./terminal/screen.ts";
import { TerminalPerson } from "./terminal/terminal-person.ts";
import { type ConversationScope, type Surroundings, tokens } from "./tokens.ts";
import { askThrough } from "./tools/approval.ts";
import { delegate } from "./tools/delegate.ts";
import { listFiles } from "./tools/list-files.ts";
import { readFile } from "./tools/read-file.ts";
import { runCommand } from "./tools/run-command.ts";
import { searchFiles } from "./tools/search-files.ts";
import { Workspace } from "./tools/workspace.ts";
import { writeFile } from "./tools/write-file.ts";

export interface Given {
  readonly surroundings: Surroundings;
  readonly arguments: Arguments;
  readonly interrupts: Interrupts;
}

/**
 * The composition root: everything that the program consists of. The host is made at once, as making it takes reading
 * files, and all the rest when it is first asked for. Whoever asks for a container closes it with `dispose`.
 */
export async function compose(given: Given): Promise<DependencyContainer> {
  const program = root.createChildContainer();
  for (const plugin of plugins) program.register(tokens.plugin, { useValue: plugin });
  program.register(tokens.surroundings, { useValue: given.surroundings });
  program.register(tokens.arguments, { useValue: given.arguments });
  program.register(tokens.interrupts, { useValue: given.interrupts });
  program.register(tokens.screen, { useFactory: once(makeScreen) });
  program.register(tokens.pasteMode, { useFactory: once(makePasteMode) });
  program.register(tokens.keyboard, { useFactory: once(makeKeyboard) });
  program.register(tokens.diagnostics, { useFactory: once((c) => new Diagnostics(c.resolve(tokens.screen))) });
  program.register(tokens.openingHost, { useFactory: once(openHost) });
  program.register(tokens.simulator, { useFactory: once((c) => new BuiltInSimulator(c.resolve(tokens.host))) });
  program.register(tokens.modelChooser, { useFactory: once(makeModelChooser) });
  program.register(tokens.permissionStore, { useFactory: once(makeStore) });
  program.register(tokens.patterns, { useFactory: once(() => new PatternCompiler()) });
  program.register(tokens.openConversation, {
    useValue: (choice: ModelChoice) => openConversation(program, choice),
  });
  program.register(tokens.commands, { useFactory: once(makeCommands) });
  program.register(tokens.host, { useValue: await program.resolve(tokens.openingHost) });
  return program;
}

/** Ends what a program's container holds open. */
export async function dispose(program: DependencyContainer): Promise<void> {
  await program.resolve(tokens.simulator).close();
  await program.resolve(tokens.host).close();
  await program.dispose();
}

/** A container of its own for each conversation: what one is allowed or remembers, another does not. */
function openConversation(program: DependencyContainer, choice: ModelChoice): ConversationScope {
  const scope = program.createChildContainer();
  scope.register(tokens.modelChoice, { useValue: choice });
  scope.register(tokens.workspace, { useFactory: once(makeWorkspace) });
  scope.register(tokens.rules, {
    useFactory: once((c) => new RememberedRules(c.resolve(tokens.permissionStore), c.resolve(tokens.workspace).root)),
  });
  scope.register(tokens.permissions, { useFactory: once(makePermissions) });
  for (const tool of toolFactories) scope.register(tokens.tool, { useFactory: once(tool) });
  scope.register(tokens.conversation, { useFactory: once(makeConversation) });
  return {
    conversation: scope.resolve(tokens.conversation),
    workspace: scope.resolve(tokens.workspace),
    rules: scope.resolve(tokens.rules),
  };
}

const readingTools: readonly FactoryFunction<Tool>[] = [
  (c) => listFiles(c.resolve(tokens.workspace)),
  (c) => readFile(c.resolve(tokens.workspace)),
  (c) => searchFiles(c.resolve(tokens.workspace)),
];

const toolFactories: readonly FactoryFunction<Tool>[] = [
  ...readingTools,
  (c) => writeFile(c.resolve(tokens.workspace)),
  (c) => {
    const { environment } = c.resolve(tokens.surroundings);
    const { credentials } = c.resolve(tokens.host);
    return runCommand(c.resolve(tokens.workspace), {
      environment: () => programEnvironment(environment, credentials.variables()),
    });
  },
  (c) =>
    delegate({
      registry: c.resolve(tokens.host).registry,
      folder: c.resolve(tokens.workspace).root,
      tools: readingTools.map((tool) => tool(c)),
      asks: () => asksAbout("delegate", c.resolve(tokens.host).settings.toolPermissions),
      async choose() {
        // Not before it is called: the conversation itself is made with its tools, and may change its model.
        const { choice } = c.resolve(tokens.conversation);
        return (await c.resolve(tokens.modelChooser).bySettings("subagent_model", choice)) ?? choice;
      },
    }),
];

async function openHost(c: DependencyContainer): Promise<Host> {
  const { settings: file, zed, folder, command, words } = c.resolve(tokens.arguments);
  const { environment } = c.resolve(tokens.surroundings);
  const diagnostics = c.resolve(tokens.diagnostics);
  const editing = command === "settings" && words[0] === "edit";
  const host = await createHost({
    plugins: c.resolveAll(tokens.plugin),
    settingsFile: file === undefined ? undefined : resolve(file),
    zed,
    projectFolder: folder,
    offered: [{ provider: "simulator", model: "simulator" }],
    environment,
    // Whoever mends a file has to get at it.
    tolerant: editing,
    watch: c.resolve(tokens.screen).conversing,
    onNotice: (notice) => diagnostics.notice(notice),
  });
  const writing = editing || (command === "settings" && words[0] === "set");
  const missing = host.notices().some(({ code }) => code === "settings-missing");
  if (!missing || writing) {
    await tellAboutPatterns(host, c.resolve(tokens.patterns), (notice) => diagnostics.notice(notice));
    return host;
  }
  await host.close();
  throw new UsageError(`There is no settings file "${host.settings.file}".`, "settings");
}

function makeModelChooser(c: DependencyContainer) {
  return new ModelChooser({
    host: c.resolve(tokens.host),
    simulator: c.resolve(tokens.simulator),
    effort: c.resolve(tokens.arguments).effort,
  });
}

function makeScreen(c: DependencyContainer) {
  const { stdout, stderr, stdin, environment } = c.resolve(tokens.surroundings);
  const { command, prompt, json } = c.resolve(tokens.arguments);
  const conversing = command === "chat" && prompt === undefined && !json && stdin.isTTY && stdout.isTTY;
  return new Screen({ stdout, stderr, environment, conversing });
}

function makePasteMode(c: DependencyContainer) {
  return new PasteMode(c.resolve(tokens.screen).aside, c.resolve(tokens.surroundings).environment);
}

function makeKeyboard(c: DependencyContainer) {
  const { stdin } = c.resolve(tokens.surroundings);
  return stdin.isTTY ? new Keyboard(stdin, c.resolve(tokens.interrupts), c.resolve(tokens.pasteMode)) : undefined;
}

function makeWorkspace(c: DependencyContainer) {
  const { folder } = c.resolve(tokens.arguments);
  try {
    return new Workspace(folder);
  } catch {
    throw new UsageError(`There is no folder "${folder}".`);
  }
}

function makePermissions(c: DependencyContainer) {
  const screen = c.resolve(tokens.screen);
  const keyboard = c.resolve(tokens.keyboard);
  const host = c.resolve(tokens.host);
  return new Permissions({
    settings: () => host.settings.toolPermissions,
    patterns: c.resolve(tokens.patterns),
    rules: c.resolve(tokens.rules),
    yes: c.resolve(tokens.arguments).yes,
    person: keyboard !== undefined && screen.aside.terminal ? new TerminalPerson(screen, keyboard) : undefined,
    tell: (text) => void screen.interject(({ aside }) => aside.paragraph("    ", exactLine(text), "dim")),
  });
}

function makeStore(c: DependencyContainer) {
  const { environment } = c.resolve(tokens.surroundings);
  return new PermissionStore(join(defaultDataFolder(environment), "permissions.json"));
}

function makeConversation(c: DependencyContainer) {
  const { tools, system, maxSteps } = c.resolve(tokens.arguments);
  return new Conversation({
    approve: askThrough(c.resolve(tokens.permissions)),
    registry: c.resolve(tokens.host).registry,
    choice: c.resolve(tokens.modelChoice),
    tools: tools ? c.resolveAll(tokens.tool) : [],
    system: system ?? systemPrompt(tools ? c.resolve(tokens.workspace).root : undefined),
    maxSteps,
  });
}

function makeCommands(c: DependencyContainer) {
  const services = () => ({
    surroundings: c.resolve(tokens.surroundings),
    arguments: c.resolve(tokens.arguments),
    host: c.resolve(tokens.host),
    simulator: c.resolve(tokens.simulator),
    modelChooser: c.resolve(tokens.modelChooser),
    interrupts: c.resolve(tokens.interrupts),
    screen: c.resolve(tokens.screen),
    keyboard: c.resolve(tokens.keyboard),
    pasteMode: c.resolve(tokens.pasteMode),
    permissionStore: c.resolve(tokens.permissionStore),
    patterns: c.resolve(tokens.patterns),
    openConversation: c.resolve(tokens.openConversation),
  });
  return {
    chat: () => chat(services()),
    models: () => listModels(services()),
    keys: () => keys(services()),
    permissions: () => permissions(services()),
    plugins: () => showPlugins(services()),
    settings: () => settings(services()),
    schema: () => schema(services()),
    commit: () => commit(services()),
    doctor: () => doctor(services()),
    edit: () => edit(services()),
  };
}
