import type { ModelRequest } from "../contract/request.ts";
import type { Conversation, MessageInput } from "./conversation.ts";
import type { ModelRef } from "./model-ref.ts";
import type { RunTool } from "./tool.ts";

type Adjustable =
  | "toolChoice"
  | "parallelToolCalls"
  | "reasoning"
  | "temperature"
  | "topP"
  | "stopSequences"
  | "maxOutputTokens"
  | "responseFormat";

/** Where a run stands before a step. */
export interface StepOutlook extends Pick<Conversation, "messages" | "usage" | "cost" | "costs"> {
  /** 1 for the first. */
  readonly step: number;
}

/** What a step, and those after it, do differently. What is left out stays as it was. */
export interface StepChanges extends Partial<Pick<ModelRequest, Adjustable>> {
  /** The history from here on: a shortened one, say. */
  readonly messages?: readonly MessageInput[] | undefined;
  readonly tools?: readonly RunTool[] | undefined;
  /** Whom to ask, the best first. They replace the model and its fallbacks. */
  readonly targets?: readonly ModelRef[] | undefined;
}

/** Looks at a run before each step, and may change what it does. What it throws ends the run. */
export type PrepareStep = (outlook: StepOutlook) => StepChanges | undefined | Promise<StepChanges | undefined>;
