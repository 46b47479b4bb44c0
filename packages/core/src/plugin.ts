export { abortable } from "./contract/abortable.ts";
export { BatchSource, type Taker } from "./contract/batch-source.ts";
export { type Capabilities, type Capability, capabilityNames } from "./contract/capabilities.ts";
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
export type {
  Cost,
  FinishReason,
  ModelEvent,
  NoticeEvent,
  Usage,
} from "./contract/event.ts";
export type { CheckResult, Gateway, ModelsOptions } from "./contract/gateway.ts";
export { isObject, type JsonObject, type JsonSchema, type JsonValue } from "./contract/json.ts";
export { mergeJson } from "./contract/merge-json.ts";
export type {
  AssistantMessage,
  FilePart,
  ImagePart,
  MediaSource,
  Message,
  OpaqueState,
  Origin,
  ReasoningPart,
  SystemMessage,
  TextPart,
  ToolCallPart,
  ToolCallStatus,
  ToolMessage,
  ToolResultPart,
  UserMessage,
  UserPart,
} from "./contract/message.ts";
export type { FieldOrigin, Model, Pricing } from "./contract/model.ts";
export { matchesModel } from "./contract/model-pattern.ts";
export {
  type CredentialSpec,
  contractVersion,
  definePlugin,
  type GatewayPlugin,
  type OpenContext,
  type PluginDefinition,
  type Transport,
} from "./contract/plugin.ts";
export { type Privacy, type PrivacyDemand, privacyDemands } from "./contract/privacy.ts";
export {
  type ModelRequest,
  type ReasoningEffort,
  type ReasoningRequest,
  type ResponseFormat,
  reasoningEfforts,
  type ToolChoice,
  type ToolSpec,
} from "./contract/request.ts";
export type { SettingsIssue, SettingsSchema } from "./contract/settings.ts";
