import {
  BedrockRuntimeClient,
  type CitationGeneratedContent,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  type TokenUsage,
  type ToolUseType,
} from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";

/** What AWS's own SDK makes of an answer. */
export interface SdkAnswer {
  text: string;
  reasoning: string;
  /** The client's; those that ran on the server are left out. */
  calls: { id: string; name: string; input: unknown }[];
  stopReason: string | undefined;
  usage: TokenUsage | undefined;
}

/** Asks the service at `endpoint` through the SDK's own commands, and puts its answer together. */
export async function askSdk(
  api: "converse" | "converse-stream",
  endpoint: string,
  input: ConverseCommandInput,
): Promise<SdkAnswer> {
  const client = new BedrockRuntimeClient({
    region: "us-east-1",
    endpoint,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "not-a-real-secret" },
    maxAttempts: 1,
    // The SDK's default speaks HTTP/2, which the services of the tests do not.
    requestHandler: new NodeHttpHandler(),
  });
  try {
    return await (api === "converse-stream" ? streamed(client, input) : whole(client, input));
  } finally {
    client.destroy();
  }
}

/** The body of a request as the SDK's commands take it: what is base64 on the wire is bytes there. */
export function inputOf(modelId: string, body: string): ConverseCommandInput {
  const bytes = new Set(["bytes", "redactedContent"]);
  const input = JSON.parse(body, (key, value) => (bytes.has(key) ? Buffer.from(String(value), "base64") : value));
  return { ...input, modelId };
}

function isOfClient(toolUse: { readonly type?: ToolUseType | undefined } | undefined): boolean {
  return toolUse !== undefined && toolUse.type !== "server_tool_use";
}

function empty(): SdkAnswer {
  return { text: "", reasoning: "", calls: [], stopReason: undefined, usage: undefined };
}

async function whole(client: BedrockRuntimeClient, input: ConverseCommandInput): Promise<SdkAnswer> {
  const { output, stopReason, usage } = await client.send(new ConverseCommand(input));
  const answer: SdkAnswer = { ...empty(), stopReason, usage };
  for (const block of output?.message?.content ?? []) {
    answer.text += block.text ?? textOf(block.citationsContent?.content);
    answer.reasoning += block.reasoningContent?.reasoningText?.text ?? "";
    const { toolUseId = "", name = "", input } = block.toolUse ?? {};
    if (isOfClient(block.toolUse)) answer.calls.push({ id: toolUseId, name, input });
  }
  return answer;
}

function textOf(content: readonly CitationGeneratedContent[] | undefined): string {
  return content?.map(({ text }) => text ?? "").join("") ?? "";
}

async function streamed(client: BedrockRuntimeClient, input: ConverseCommandInput): Promise<SdkAnswer> {
  const { stream } = await client.send(new ConverseStreamCommand(input));
  if (stream === undefined) throw new Error("The SDK answered without a stream.");
  const answer = empty();
  /** The arguments of the calls, by the index of their block. */
  const pieces = new Map<number, string>();
  const calls = new Map<number, { id: string; name: string }>();
  for await (const { contentBlockStart, contentBlockDelta, messageStop, metadata } of stream) {
    const { toolUseId = "", name = "" } = contentBlockStart?.start?.toolUse ?? {};
    const block = contentBlockStart?.contentBlockIndex ?? 0;
    if (isOfClient(contentBlockStart?.start?.toolUse)) calls.set(block, { id: toolUseId, name });
    const { text = "", reasoningContent, toolUse } = contentBlockDelta?.delta ?? {};
    answer.text += text;
    answer.reasoning += reasoningContent?.text ?? "";
    const index = contentBlockDelta?.contentBlockIndex ?? 0;
    if (toolUse !== undefined) pieces.set(index, (pieces.get(index) ?? "") + (toolUse.input ?? ""));
    answer.stopReason ??= messageStop?.stopReason;
    answer.usage ??= metadata?.usage;
  }
  for (const [index, call] of calls) answer.calls.push({ ...call, input: JSON.parse(pieces.get(index) || "{}") });
  return answer;
}
