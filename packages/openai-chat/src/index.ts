export { type AnswerEnd, type ChatDialect, plainDialect, protectedFields, reasoningEffort } from "./chat-dialect.ts";
export { type ChatService, type ChatServiceOptions, openChatService, type RequestManner } from "./chat-service.ts";
export { keptDetails } from "./reasoning-details.ts";
