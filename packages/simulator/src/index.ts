export type { Answer, AnswerPart, AnswerText, AnswerToolCall } from "./answer.ts";
export type { Conversation, JsonSchema, PastToolCall, ToolSpec, Turn } from "./conversation.ts";
export type {
  CutFault,
  DelayFault,
  DripFault,
  ErrorFault,
  Fault,
  FaultManner,
  FaultPlace,
  GarbageFault,
  StallFault,
  StatusFault,
} from "./faults.ts";
export type { SimulatorModel } from "./models.ts";
export type { RecordedRequest } from "./request-log.ts";
export type { Script, ScriptRequest } from "./script.ts";
export type { Simulator, SimulatorOptions } from "./server.ts";
export { createSimulator } from "./server.ts";
export type { AwsCredentials } from "./wires/wire.ts";
