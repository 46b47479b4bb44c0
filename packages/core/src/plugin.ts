export { abortable } from "./contract/abortable.ts";
export { BatchSource, type Taker } from "./contract/batch-source.ts";
export {
  type BatchesOptions,
  batches,
  keepsDeadlines,
  type Opened,
  type Reading,
  readingOf,
} from "./contract/batches.ts";
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
export { type Deadlines, defaultDeadlines, longestTimerMs, type Phase } from "./contract/deadlines.ts";
export { didYouMean } from "./contract/did-you-mean.ts";
export {
  type AnyErrorCode,
  type ErrorCode,
  errorCodes,
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
export { type Contract, supportedContracts, supports } from "./contract/features.ts";
export { forwardGateway } from "./contract/forward-gateway.ts";
export type { CheckResult, Gateway, ModelsOptions } from "./contract/gateway.ts";
export { HeldBytes } from "./contract/held-bytes.ts";
export { isObject, type JsonObject, type JsonSchema, type JsonValue } from "./contract/json.ts";
export { defaultLimits, type Limits } from "./contract/limits.ts";
export { matchesModel } from "./contract/matches-model.ts";
export { mediaAddress } from "./contract/media-address.ts";
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
export {
  type CredentialOptions,
  type CredentialSpec,
  definePlugin,
  type GatewayPlugin,
  type OpenContext,
  type PluginDefinition,
  type PluginStore,
  type Transport,
} from "./contract/plugin.ts";
export { type Privacy, type PrivacyDemand, privacyDemands } from "./contract/privacy.ts";
export {
  type FreeformToolSpec,
  type FunctionToolSpec,
  functionTools,
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
export type { SchemaIssue } from "./contract/schema/faults.ts";
export { schemaIssues } from "./contract/schema/violations.ts";
export type { SettingsIssue, SettingsSchema } from "./contract/settings.ts";
