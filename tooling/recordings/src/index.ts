export { type EndedCall, EndedCalls } from "./ended-calls.ts";
export { type Expectation, type Recording, readRecordings, recordingsFolder } from "./recording.ts";
export { type ReplayServer, replay } from "./replay-server.ts";
