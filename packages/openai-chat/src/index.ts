export { addressProblem } from "./address.ts";
export { type AnswerEnd, type ChatDialect, plainDialect, reasoningEffort } from "./dialect.ts";
export type { FailedAnswer, FailureReader, FailureReading, Secret } from "./failure.ts";
export { type ChatService, type ChatServiceOptions, openChatService, type RequestManner } from "./gateway.ts";
export { keptDetails } from "./reasoning-details.ts";
