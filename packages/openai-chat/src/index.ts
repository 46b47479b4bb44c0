export { addressProblem } from "./address.ts";
export { type ChatDialect, plainDialect, reasoningEffort } from "./dialect.ts";
export { type ChatService, type ChatServiceOptions, openChatService } from "./gateway.ts";
