import type { AnyErrorCode } from "../contract/error.ts";
import type { ModelRequest } from "../contract/request.ts";
import type { Approve } from "./approval.ts";
import type { RunControl } from "./control.ts";
import type { RunLimits } from "./limits.ts";
import type { ModelMiddleware } from "./model-middleware.ts";
import type { ModelRef } from "./model-ref.ts";
import type { Output } from "./output.ts";
import type { PrepareStep } from "./prepare-step.ts";
import type { RetryPolicy } from "./retry.ts";
import type { RunTool } from "./tool.ts";

export interface LoopOptions {
  /** Whom to ask, the best first. */
  readonly targets: readonly ModelRef[];
  /** What of a request stays the same, unless `prepareStep` changes it. */
  readonly request: Omit<ModelRequest, "messages" | "tools" | "model" | "gatewayOptions">;
  readonly tools: readonly RunTool[];
  /** What the final answer is to be, where it is to be data. */
  readonly output: Output | undefined;
  readonly limits: RunLimits;
  readonly maxParallelTools: number;
  /** For tools without a limit of their own, in milliseconds. */
  readonly toolTimeoutMs: number | undefined;
  /** How many steps a check against a JSON Schema may take. */
  readonly schemaSteps: number;
  readonly approve: Approve | undefined;
  readonly middleware: readonly ModelMiddleware[];
  readonly retry: RetryPolicy;
  readonly failoverOn: readonly AnyErrorCode[];
  readonly onInterrupted: "fail" | "continue";
  readonly prepareStep: PrepareStep | undefined;
  readonly control: RunControl;
  /** Aborts everything that the run has begun. */
  readonly abort: (reason: unknown) => void;
}
