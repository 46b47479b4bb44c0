import type { ToolSpec } from "../../contract/request.ts";
import { asFunction } from "./freeform.ts";
import type { Profile } from "./profile.ts";
import { SentNames } from "./sent-names.ts";
import { type MutableTally, newTally } from "./tally.ts";

export interface FittedTools {
  readonly tools: readonly ToolSpec[];
  readonly names: SentNames;
  readonly tally: MutableTally;
}

/** Makes the offered tools fit for a recipient: the very list if they need nothing. Tools of the service stay as they are. */
export function fitTools(tools: readonly ToolSpec[], profile: Profile): FittedTools {
  const { maxTools } = profile.constraints;
  const tally = newTally();
  const seen = new Set<string>();
  const offered = tools.filter((tool) => {
    const name = nameOf(tool);
    if (seen.has(name) || (maxTools !== null && seen.size >= maxTools)) {
      tally.tools++;
      return false;
    }
    seen.add(name);
    return true;
  });
  const names = SentNames.ofTools(profile.toolNames, offered.filter(({ kind }) => kind !== "service").map(nameOf));
  const fitted = offered.map((source): ToolSpec => {
    if (source.kind === "service") return source;
    const tool = source.kind === "freeform" && profile.recipient.freeformTools !== true ? asFunction(source) : source;
    const name = names.sent(tool.name);
    const description = profile.cleaner.text(tool.description);
    if (description !== tool.description) tally.characters++;
    const same = name === tool.name && description === tool.description;
    return same ? tool : { ...tool, name, description };
  });
  const same = fitted.length === tools.length && fitted.every((tool, index) => tool === tools[index]);
  return { tools: same ? tools : fitted, names, tally };
}

function nameOf(tool: ToolSpec): string {
  return tool.kind === "service" ? (tool.name ?? tool.type) : tool.name;
}
