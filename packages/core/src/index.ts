export { type Capabilities, type Capability, capabilityNames } from "./contract/capabilities.ts";
export {
  type CompleteConstraints,
  type Constraints,
  type ConstraintsInput,
  defaultConstraints,
  type ModelConstraints,
  noConstraints,
  type TokenRule,
} from "./contract/constraints.ts";
export { type Deadlines, defaultDeadlines, type Phase, phases } from "./contract/deadlines.ts";
export { didYouMean } from "./contract/did-you-mean.ts";
export {
  type AnyErrorCode,
  type ErrorCode,
  errorCodes,
  errorData,
  GatewayError,
  type GatewayErrorData,
  type GatewayErrorInit,
  isGatewayError,
  reworded,
} from "./contract/error.ts";
export {
  type Cost,
  type FinishEvent,
  type FinishReason,
  finishReasons,
  type MediaEvent,
  type ModelEvent,
  modelEventTypes,
  type NoticeEvent,
  type OpaqueEvent,
  type ReasoningDeltaEvent,
  type ReasoningEndEvent,
  type ResponseStartEvent,
  type ServiceApprovalRequestEvent,
  type ServiceToolResultEvent,
  type SourceEvent,
  type TextDeltaEvent,
  type TextEndEvent,
  type ToolCallDeltaEvent,
  type ToolCallEndEvent,
  type ToolCallStartEvent,
  type Usage,
  type UsageEvent,
} from "./contract/event.ts";
export { type Contract, supportedContracts } from "./contract/features.ts";
export type { CheckResult, Gateway, GuardedGateway, ModelsOptions } from "./contract/gateway.ts";
export { isObject, type JsonObject, type JsonSchema, type JsonValue } from "./contract/json.ts";
export { defaultLimits, type Limits } from "./contract/limits.ts";
export {
  type AssistantMessage,
  type AssistantPart,
  type FilePart,
  type ImagePart,
  type JsonPart,
  type MediaPart,
  type MediaSource,
  type Message,
  type OpaquePart,
  type OpaqueState,
  type Origin,
  type ReasoningPart,
  type ServiceApprovalPart,
  type ServiceApprovalRequestPart,
  type ServiceToolResultPart,
  type SourceKind,
  type SourceLocation,
  type SourcePart,
  type SystemMessage,
  sourceKinds,
  type TextPart,
  type ToolCallExecutor,
  type ToolCallFormat,
  type ToolCallPart,
  type ToolCallStatus,
  type ToolMessage,
  type ToolResultContent,
  type ToolResultPart,
  toolCallExecutors,
  toolCallFormats,
  toolCallStatuses,
  type UserMessage,
  type UserPart,
} from "./contract/message.ts";
export type { FieldOrigin, Model, Pricing } from "./contract/model.ts";
export type { CredentialSpec, GatewayPlugin, Transport } from "./contract/plugin.ts";
export { type Privacy, type PrivacyDemand, privacyDemands } from "./contract/privacy.ts";
export {
  type FreeformToolSpec,
  type FunctionToolSpec,
  type ModelRequest,
  type ReasoningEffort,
  type ReasoningRequest,
  type ResponseFormat,
  reasoningEfforts,
  type ServiceToolSpec,
  type ToolChoice,
  type ToolGrammar,
  type ToolKind,
  type ToolSpec,
  toolKinds,
} from "./contract/request.ts";
export { formatPath, type SettingsIssue } from "./contract/settings.ts";
export { type AdmittedPlugin, admit as admitPlugin } from "./registry/admission.ts";
export { type Environment, fromEnvironment } from "./registry/from-environment.ts";
export { createRegistry, type ModelList, type Registry, type Selection } from "./registry/registry.ts";
export type {
  ContractAdapter,
  CredentialQuery,
  CredentialSource,
  GatewayEntry,
  RegistryNotice,
  RegistryOptions,
  SecretStore,
  StoreQuery,
} from "./registry/types.ts";
export type { ApprovalDecision, ApprovalRequest, Approve, DecidedApproval } from "./run/approval.ts";
export { type Answer, type AskEvent, type AskOptions, type AskPromptOptions, type AskResult, ask } from "./run/ask.ts";
export type { MessageInput } from "./run/conversation.ts";
export type {
  ApprovalRequestEvent,
  ErrorSummary,
  FailoverEvent,
  Interruption,
  OutputRepairEvent,
  RetryEvent,
  RunEndEvent,
  RunEndReason,
  RunEvent,
  StepEndEvent,
  StepStartEvent,
  ToolProgressEvent,
  ToolResultEvent,
  ToolStartEvent,
} from "./run/event.ts";
export type { Budget } from "./run/limits.ts";
export { defaultFailoverCodes } from "./run/model-caller.ts";
export type { ModelCall, ModelMiddleware } from "./run/model-middleware.ts";
export type { ModelRef } from "./run/model-ref.ts";
export type { Middleware, PromptOptions, ResumeOptions, RunMiddleware, RunOptions } from "./run/options.ts";
export type { NamedOutputSchema, OutputFormat, OutputOf, OutputSchema } from "./run/output.ts";
export type { PendingStep } from "./run/pending-step.ts";
export type { PrepareStep, StepChanges, StepOutlook } from "./run/prepare-step.ts";
export { defaultRetryPolicy, type RetryPolicy } from "./run/retry.ts";
export { resume, run } from "./run/run.ts";
export type { Run } from "./run/run-handle.ts";
export type { RunResult } from "./run/run-result.ts";
export { loadMessages, type SavedMessages, saveMessages } from "./run/saved.ts";
export type { RunSnapshot } from "./run/snapshot.ts";
export {
  type ApprovalRule,
  defineTool,
  type FreeformTool,
  type RunTool,
  type ServiceTool,
  type Tool,
  type ToolBehavior,
  type ToolContext,
  type ToolOutput,
  type ToolParameters,
  type ToolReturn,
  type TypedTool,
  toolOutput,
} from "./run/tool.ts";
export { type FoldedCall, MessageFold, type SavedFold } from "./stream/fold.ts";
