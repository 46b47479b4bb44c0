import type { Feature, FeatureModel, Host } from "@waygate/host";
import { jsonLine } from "../json-output.ts";
import type { ModelChoice } from "../model-choice.ts";
import { exactLine } from "../terminal/exact-text.ts";
import type { Services } from "./services.ts";

/** What a command asks models for: the first is what it is about. `inline_alternatives` stands for each of them. */
export type Uses = readonly [Feature, ...(Feature | "inline_alternatives")[]];

const words: Readonly<Record<Uses[number], string>> = {
  default_model: "conversations",
  inline_assistant_model: "edits",
  inline_alternatives: "other attempts at an edit",
  commit_message_model: "commit messages",
  thread_summary_model: "titles",
  subagent_model: "subagents",
  compaction_model: "shortening conversations",
};

/** What the settings of the folder decide about a model that may be asked. */
interface FolderChoice {
  readonly use: Uses[number];
  readonly gateway: string;
  readonly model: string;
  readonly reasoning: FeatureModel["reasoning"];
  readonly temperature: number | undefined;
  /** The model with its effort, or the temperature alone. */
  readonly decides: "model" | "temperature";
}

/** What a conversation asks models for. At a terminal it gets a title, elsewhere only if it is asked for one. */
export function conversationUses({ arguments: given }: Services, conversing: boolean): Uses {
  return [
    "default_model",
    ...(conversing || given.title ? (["thread_summary_model"] as const) : []),
    ...(given.tools ? (["subagent_model"] as const) : []),
    "compaction_model",
  ];
}

/**
 * Says which models the folder's settings choose for what a command does, before anything is sent to them: a line, or
 * with `--json` an event. Says nothing if they choose none.
 */
export async function showFolderChoices(services: Services, uses: Uses, choice: ModelChoice): Promise<void> {
  const { screen, arguments: given, host } = services;
  const choices = folderChoices(services, uses, choice);
  if (choices.length === 0) return;
  if (given.json) {
    const { projectFile: file } = host.settings;
    await screen.answer.write(jsonLine({ type: "folder-choices", file, choices }));
  } else await screen.aside.paragraph("note: ", sentence(host, choices), "yellow");
}

/** Says so again whenever that changes. Ends with what it returns. */
export function watchFolderChoices(services: Services, uses: Uses, choice: () => ModelChoice): Disposable {
  const { host, screen } = services;
  const current = () => folderChoices(services, uses, choice());
  let shown = JSON.stringify(current());
  const end = host.onChange(() => {
    const choices = current();
    if (JSON.stringify(choices) === shown) return;
    shown = JSON.stringify(choices);
    if (choices.length === 0) return;
    void screen.interject(({ aside }) => aside.paragraph("note: ", sentence(host, choices), "yellow"));
  });
  return { [Symbol.dispose]: end };
}

/** `choice`: the model that the command was given, by the settings or by `--model`. */
function folderChoices({ host, arguments: given }: Services, uses: Uses, choice: ModelChoice): readonly FolderChoice[] {
  const { settings } = host;
  const asked = { provider: choice.gateway, model: choice.model, enableThinking: undefined, effort: undefined };
  return uses.flatMap((use, index): readonly FolderChoice[] => {
    if (use === "inline_alternatives") return settings.inlineAlternatives().flatMap((model) => decided(use, model));
    if (index === 0 && given.model !== undefined) {
      const temperature = settings.isTemperatureFromProject(asked) ? ["temperature" as const] : [];
      return decided(use, {
        ...asked,
        ...choice,
        path: undefined,
        temperature: choice.temperature,
        fromProject: temperature,
      });
    }
    const model = settings.model(use, asked);
    // One that is not set is the model of the conversation itself.
    if (model === undefined || model.path === undefined) return [];
    return decided(use, index === 0 ? { ...model, reasoning: choice.reasoning } : model);
  });
}

function decided(use: Uses[number], chosen: FeatureModel): readonly FolderChoice[] {
  const { provider: gateway, model, reasoning, temperature, fromProject } = chosen;
  if (fromProject.length === 0) return [];
  return [
    { use, gateway, model, reasoning, temperature, decides: fromProject.includes("model") ? "model" : "temperature" },
  ];
}

function sentence({ settings }: Host, choices: readonly FolderChoice[]): string {
  const uses = new Map<string, string[]>();
  for (const choice of choices) {
    const text = describe(choice);
    uses.set(text, [...(uses.get(text) ?? []), words[choice.use]]);
  }
  const parts = [...uses].map(([text, list]) => `${text} for ${[...new Set(list)].join(" and ")}`);
  const place = settings.projectFile === undefined ? "" : ` (${exactLine(settings.projectFile)})`;
  return `This folder's settings${place} choose ${parts.join("; ")}.`;
}

function describe({ gateway, model, reasoning, temperature, decides }: FolderChoice): string {
  const name = exactLine(`${gateway}:${model}`);
  const heat = temperature === undefined ? "the model's own temperature" : `temperature ${temperature}`;
  if (decides === "temperature") return `${heat} of ${name}`;
  const thinking =
    reasoning === undefined
      ? []
      : [reasoning === "off" ? "no thinking" : "effort" in reasoning ? `effort ${reasoning.effort}` : "thinking"];
  const details = [...thinking, ...(temperature === undefined ? [] : [heat])];
  return details.length === 0 ? name : `${name} (${details.join(", ")})`;
}
