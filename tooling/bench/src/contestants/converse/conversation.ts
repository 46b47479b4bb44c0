import { prompt } from "../contestant.ts";

/** Known to no table, so that everyone sends it as it is. */
export const modelId = "bench";
export const region = "us-east-1";
export const keys = { accessKeyId: "AKIDBENCH", secretAccessKey: "bench-secret" };

export function requestOf() {
  return { messages: [{ role: "user" as const, content: [{ text: prompt }] }] };
}
