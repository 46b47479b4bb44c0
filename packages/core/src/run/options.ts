import { type Deadlines, defaultDeadlines } from "../contract/deadlines.ts";
import type { AnyErrorCode } from "../contract/error.ts";
import { defaultLimits } from "../contract/limits.ts";
import type { ModelRequest } from "../contract/request.ts";
import type { Approve } from "./approval.ts";
import type { MessageInput } from "./conversation.ts";
import type { RunEvent } from "./event.ts";
import type { Budget } from "./limits.ts";
import type { LoopOptions } from "./loop-options.ts";
import { defaultFailoverCodes } from "./model-caller.ts";
import type { ModelMiddleware } from "./model-middleware.ts";
import type { ModelRef } from "./model-ref.ts";
import { isOutputFormat, Output, type OutputFormat } from "./output.ts";
import type { PrepareStep } from "./prepare-step.ts";
import { defaultRetryPolicy, type RetryPolicy } from "./retry.ts";
import { indexTools, type RunTool, toolName, toolSpec } from "./tool.ts";

/** The options of a run. `gateway`, `model` and `messages` (or `prompt`) are required. */
export interface RunOptions
  extends ModelRef,
    Omit<
      ModelRequest,
      "model" | "gatewayOptions" | "messages" | "tools" | "signal" | "deadlines" | "responseFormat" | "continuesAnswer"
    > {
  /** The conversation so far, the user's message last. It is not modified. */
  readonly messages: readonly MessageInput[];
  /** See `PromptOptions`. */
  readonly prompt?: undefined;
  /** What the model may have done. Default: nothing. */
  readonly tools?: readonly RunTool[] | undefined;

  /**
   * The format of the final answer: a Standard Schema, `{ type: "json-schema", schema }` with a Standard Schema or a JSON
   * Schema, `{ type: "json" }` or `{ type: "text" }`. With a schema the result has the checked answer as `output`. The
   * model is held to the schema by its own response format, else by a tool, else by instructions. It may correct an
   * answer once; if that does not fit either, the run rejects with a `GatewayError` of code `protocol`.
   */
  readonly responseFormat?: OutputFormat | undefined;

  /** Whom to ask where the model fails before it has said anything, the best first. Default: nobody. */
  readonly fallbacks?: readonly ModelRef[] | undefined;
  /** The failures that are passed on to a fallback. Default: those that another model may do better with. */
  readonly failoverOn?: readonly AnyErrorCode[] | undefined;
  /** How a failure before the first word is retried, as far as it is not by default; `false`: not at all. */
  readonly retry?: Partial<RetryPolicy> | false | undefined;
  /**
   * What happens where an answer breaks off that had begun. `fail` (default): the error is thrown, with what was said as
   * its `partial`. `continue`: what was said is kept, and the model is asked to go on, as often as `retry` allows in a row.
   */
  readonly onInterrupted?: "fail" | "continue" | undefined;
  /** How long phases of an exchange may take, as far as it is not the default; `totalMs`: the run as a whole. */
  readonly deadlines?: (Partial<Deadlines> & { readonly totalMs?: number | undefined }) | undefined;

  /** How often the model is asked at most. Default: 50. Reaching it ends the run with the reason `max-steps`. */
  readonly maxSteps?: number | undefined;
  /** How many tool calls are carried out at most. Default: any number. It ends the run with the reason `max-tool-calls`. */
  readonly maxToolCalls?: number | undefined;
  /** How much all steps together may use; checked after each. It ends the run with the reason `budget`. */
  readonly budget?: Budget | undefined;
  /** How many tools work at the same time. Default: 8. */
  readonly maxParallelTools?: number | undefined;
  /** How long a tool may work that has no `timeoutMs` of its own, in milliseconds. Default: as long as it likes. */
  readonly toolTimeoutMs?: number | undefined;

  /**
   * Decides about calls of tools that need somebody's leave, each announced by an `approval-request` event. Left out,
   * `run.approve` and `run.deny` decide; where nobody iterates the run either, it pauses.
   */
  readonly approve?: Approve | undefined;
  /** Looks at the run before each step, and may change its history, tools, models and more. */
  readonly prepareStep?: PrepareStep | undefined;
  /** Functions around each request to a model, and around the run. */
  readonly middleware?: Middleware | undefined;
  /** Ends the run at any moment; its reason is thrown, unwrapped. */
  readonly signal?: AbortSignal | undefined;
}

/** The options of a run with one user message instead of `messages`. */
export interface PromptOptions extends Omit<RunOptions, "messages" | "prompt"> {
  /** The text of the user message. */
  readonly prompt: string;
  readonly messages?: undefined;
}

/** The options of a run that goes on from a snapshot. */
export type ResumeOptions = Omit<RunOptions, "messages" | "prompt">;

/** What the run itself adds to its options. */
type Own = Pick<LoopOptions, "control" | "abort"> & { readonly signal: AbortSignal };

/** Fills the defaults in. Throws a `TypeError` that names the option for values that are wrong in themselves. */
export function completeOptions(
  options: ResumeOptions & { readonly messages?: unknown },
  { signal, ...own }: Own,
): LoopOptions {
  const { gateway, model, gatewayOptions: forGateway, fallbacks = [], messages: _, signal: __, ...others } = options;
  const { retry, failoverOn, onInterrupted, deadlines, prepareStep, approve, middleware, responseFormat, ...limited } =
    others;
  const { tools = [], maxSteps = 50, maxToolCalls, budget, maxParallelTools = 8, toolTimeoutMs, ...request } = limited;
  const policy = { ...defaultRetryPolicy, ...defined(retry === false ? { maxAttempts: 1 } : (retry ?? {})) };
  // What is wrong with a tool is said where the run is begun, not in the middle of it.
  indexTools(tools);
  for (const tool of tools) toolSpec(tool);
  const { totalMs, ...phases } = deadlines ?? {};
  const names = tools.map(toolName);
  const { schemaSteps } = gateway.limits ?? defaultLimits;
  const output = isOutputFormat(responseFormat) ? new Output(responseFormat, names, schemaSteps) : undefined;
  const plainFormat = isOutputFormat(responseFormat) ? undefined : responseFormat;
  return {
    ...own,
    targets: [{ gateway, model, gatewayOptions: forGateway }, ...fallbacks],
    request: {
      ...request,
      ...(plainFormat && { responseFormat: plainFormat }),
      deadlines: { ...defaultDeadlines, ...defined(phases) },
      signal,
    },
    output,
    tools,
    limits: { maxSteps, maxToolCalls, budget },
    maxParallelTools,
    toolTimeoutMs,
    schemaSteps,
    approve,
    middleware: middleware?.model ?? [],
    retry: policy,
    failoverOn: failoverOn ?? defaultFailoverCodes,
    onInterrupted: onInterrupted ?? "fail",
    prepareStep,
  };
}

/** Without the fields that are there, but undefined: they stand for the default too. */
function defined<Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/**
 * Stands around a run as a whole: it sees all its events on their way to the consumer, and may change them, hold them
 * back, add some, or leave early, which ends the run. The history and the result are the run's own, whatever it does.
 */
export type RunMiddleware = (
  options: RunOptions,
  next: () => AsyncIterable<readonly RunEvent[]>,
) => AsyncIterable<readonly RunEvent[]>;

/** Plain functions around the parts of a run, the outermost first. */
export interface Middleware {
  readonly model?: readonly ModelMiddleware[] | undefined;
  readonly run?: readonly RunMiddleware[] | undefined;
}
