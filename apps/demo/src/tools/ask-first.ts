import { type JsonValue, type Tool, type ToolContext, type ToolReturn, toolOutput } from "@waygate/core";
import type { Approval, Proposal } from "./approval.ts";

/** A tool that says beforehand what it is going to do. */
export interface ProposingTool<Arguments> extends Omit<Tool, "execute"> {
  /** Throws where the arguments cannot be carried out, so that nobody is asked in vain. */
  propose(args: Arguments): Promise<Omit<Proposal, "tool">>;
  execute(args: Arguments, context: ToolContext): ReturnType<Tool["execute"]>;
}

/** Has a person's leave before each call of a tool; a denial is a result that the model reads. */
export function askFirst<Arguments>(tool: ProposingTool<Arguments>, approval: Approval): Tool {
  const { propose, execute, ...rest } = tool;
  return {
    ...rest,
    async *execute(args: Arguments, context: ToolContext) {
      const proposal = await propose(args);
      const decision = await approval.ask({ tool: tool.name, ...proposal }, context.signal);
      if (!decision.allowed) return toolOutput([{ type: "text", text: decision.reason }], { isError: true });
      const returned = await execute(args, context);
      return isGenerator(returned) ? yield* returned : returned;
    },
  };
}

function isGenerator(returned: unknown): returned is AsyncGenerator<JsonValue, ToolReturn> {
  return typeof returned === "object" && returned !== null && Symbol.asyncIterator in returned;
}
