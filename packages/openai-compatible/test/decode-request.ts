import type {
  AssistantPart,
  FilePart,
  ImagePart,
  JsonObject,
  JsonSchema,
  JsonValue,
  MediaSource,
  Message,
  ModelRequest,
  ReasoningEffort,
  ToolResultPart,
  ToolSpec,
  UserPart,
} from "@waygate/core";
import type { ServiceDialect } from "@waygate/openai-compatible";

/** A recorded body as a request to Waygate, and the body that is to come of it. */
export interface Decoded {
  readonly request: Omit<ModelRequest, "signal">;
  /** The recorded body, with the differences named in `differences` and no others. */
  readonly expected: JsonObject;
  readonly differences: ReadonlySet<string>;
}

/** Says that a body holds what no request to Waygate can say. */
export class Inexpressible extends Error {}

type Fields = Record<string, JsonValue>;

/** Reads a recorded chat-completions body as what it says, in the terms of Waygate. */
export function decodeRequest(recorded: JsonObject, dialect: ServiceDialect, gateway: string): Decoded {
  return new Decoding(dialect, gateway, String(recorded.model)).decode(recorded);
}

const efforts: readonly JsonValue[] = ["minimal", "low", "medium", "high", "xhigh", "max"];

class Decoding {
  readonly #dialect: ServiceDialect;
  readonly #origin: { readonly gateway: string; readonly model: string };
  readonly #differences = new Set<string>();
  readonly #callNames = new Map<string, string>();

  constructor(dialect: ServiceDialect, gateway: string, model: string) {
    this.#dialect = dialect;
    this.#origin = { gateway, model };
  }

  decode(recorded: JsonObject): Decoded {
    const { model, messages, stream, stream_options, tools, tool_choice, parallel_tool_calls, ...rest } =
      this.#withoutNulls(recorded);
    const read = list(messages)
      .map((message) => this.#message(object(message)))
      .filter(({ message }) => message.content.length > 0);
    if (read.length < list(messages).length) this.#differences.add("no empty answers");
    const expected: Fields = { model: text(model), messages: read.map(({ expected }) => expected), stream: true };
    if (stream !== true) this.#differences.add("streamed");
    if (this.#dialect.usage === "stream_options") expected.stream_options = { include_usage: true };
    if (stream === true && stream_options === undefined && this.#dialect.usage === "stream_options") {
      this.#differences.add("usage asked for");
    }
    const request: { -readonly [Field in keyof ModelRequest]?: ModelRequest[Field] } = {
      model: text(model),
      messages: read.map(({ message }) => message),
      tools: [],
    };
    // Asked for without tools, these are passed on as they are: Waygate leaves them out then.
    const remaining: Fields = { ...rest };
    if (tools === undefined || list(tools).length === 0) {
      if (tool_choice !== undefined) remaining.tool_choice = tool_choice;
      if (parallel_tool_calls !== undefined) remaining.parallel_tool_calls = parallel_tool_calls;
    } else {
      request.tools = list(tools).map((tool) => this.#tool(object(tool), expected));
      if (tool_choice !== undefined) request.toolChoice = this.#toolChoice(tool_choice, expected);
      if (parallel_tool_calls !== undefined) {
        request.parallelToolCalls = parallel_tool_calls === true;
        expected.parallel_tool_calls = parallel_tool_calls;
      }
    }
    this.#parameters(remaining, request, expected);
    const format = this.#responseFormat(remaining.response_format, request, expected);
    delete remaining.response_format;
    Object.assign(expected, remaining);
    request.gatewayOptions = { extraBody: { ...remaining, ...format } };
    return { request: request as Omit<ModelRequest, "signal">, expected, differences: this.#differences };
  }

  /** Takes what Waygate has a word for out of `remaining`. */
  #parameters(
    remaining: Fields,
    request: { -readonly [Field in keyof ModelRequest]?: unknown },
    expected: Fields,
  ): void {
    const take = (field: string) => {
      const { [field]: value } = remaining;
      delete remaining[field];
      return value;
    };
    for (const limit of ["max_tokens", "max_completion_tokens"] as const) {
      if (remaining[limit] === undefined) continue;
      if (limit !== this.#dialect.maxTokens) this.#differences.add(`${limit} as ${this.#dialect.maxTokens}`);
      request.maxOutputTokens = take(limit);
      expected[this.#dialect.maxTokens] = request.maxOutputTokens as number;
    }
    for (const [field, name] of [
      ["temperature", "temperature"],
      ["top_p", "topP"],
      ["stop", "stopSequences"],
    ] as const) {
      if (remaining[field] === undefined) continue;
      request[name] = take(field);
      expected[field] = request[name] as JsonValue;
    }
    if (remaining.prompt_cache_key !== undefined && this.#dialect.promptCacheKey) {
      request.sessionId = take("prompt_cache_key");
      expected.prompt_cache_key = request.sessionId as string;
    }
    if (efforts.includes(remaining.reasoning_effort ?? null)) {
      const effort = take("reasoning_effort") as ReasoningEffort;
      request.reasoning = { effort };
      const said = this.#dialect.reasoning.effort(effort);
      const also = Object.keys(said).filter((field) => field !== "reasoning_effort" && !(field in remaining));
      if (also.length > 0) this.#differences.add(`${also.join(", ")} beside reasoning_effort`);
      Object.assign(expected, said);
    }
  }

  /** Returns what of it Waygate has no word for, as fields to be merged into what is sent. */
  #responseFormat(
    recorded: JsonValue | undefined,
    request: { -readonly [Field in keyof ModelRequest]?: unknown },
    expected: Fields,
  ): JsonObject {
    if (recorded === undefined) return {};
    const format = object(recorded);
    expected.response_format = format;
    if (format.type === "json_object") {
      request.responseFormat = { type: "json" };
      return {};
    }
    const { name = "answer", schema, ...more } = object(format.json_schema);
    request.responseFormat = { type: "json-schema", name: text(name), schema: schema as JsonSchema };
    if (object(format.json_schema).name === undefined) {
      this.#differences.add("a name for the schema");
      expected.response_format = { ...format, json_schema: { name, ...object(format.json_schema) } };
    }
    return Object.keys(more).length === 0 ? {} : { response_format: { json_schema: more } };
  }

  #tool({ type, function: called }: JsonObject, expected: Fields): ToolSpec {
    const { name, description, parameters, strict, ...rest } = object(called);
    if (type === undefined) this.#differences.add("the type of tools");
    if (strict !== undefined) this.#differences.add("no strict tools");
    if (Object.keys(rest).length > 0) throw new Inexpressible(`tool with ${Object.keys(rest).join(", ")}`);
    const sent = { name: text(name), description: text(description), parameters: object(parameters) };
    expected.tools = [...list(expected.tools ?? []), { type: "function", function: sent }];
    return sent;
  }

  #toolChoice(choice: JsonValue, expected: Fields): ModelRequest["toolChoice"] {
    expected.tool_choice = choice;
    if (choice === "auto" || choice === "none" || choice === "required") return choice;
    if (choice === "any") {
      // Mistral's older word, which it takes as well as OpenAI's.
      this.#differences.add("tool_choice any as required");
      expected.tool_choice = "required";
      return "required";
    }
    const { type, function: called } = object(choice);
    if (type === undefined) {
      this.#differences.add("the type of tool_choice");
      expected.tool_choice = { type: "function", function: object(called) };
    }
    return { tool: text(object(called).name) };
  }

  #message(recorded: JsonObject): { readonly message: Message; readonly expected: JsonObject } {
    const { name, ...message } = this.#withoutNulls(recorded);
    if (name !== undefined) throw new Inexpressible("a name of a speaker");
    switch (message.role) {
      case "system":
        return {
          message: { role: "system", content: [{ type: "text", text: text(message.content) }] },
          expected: { role: this.#dialect.systemRole, content: text(message.content) },
        };
      case "user":
        return this.#user(message);
      case "assistant":
        return this.#assistant(message);
      case "tool":
        return { message: { role: "tool", content: [this.#result(message)] }, expected: message };
    }
    throw new Inexpressible(`a message of ${String(message.role)}`);
  }

  #user(message: JsonObject): { readonly message: Message; readonly expected: JsonObject } {
    if (typeof message.content === "string") {
      const content = [{ type: "text", text: message.content }] as const;
      return { message: { role: "user", content }, expected: message };
    }
    const parts = list(message.content).map((part) => this.#withoutNulls(object(part)));
    const content = parts.map((part) => this.#userPart(part));
    const [only] = content;
    if (content.length === 1 && only?.type === "text") {
      this.#differences.add("a single text as text");
      return { message: { role: "user", content }, expected: { ...message, content: only.text } };
    }
    const expected = parts.map((part) => {
      if (part.type !== "image_url" || object(part.image_url).detail === undefined) return part;
      this.#differences.add("no detail of images");
      const { detail: _, ...address } = object(part.image_url);
      return { ...part, image_url: address };
    });
    return { message: { role: "user", content }, expected: { ...message, content: expected } };
  }

  #userPart(part: JsonObject): UserPart {
    if (part.type === "text") return { type: "text", text: text(part.text) };
    if (part.type === "image_url") {
      const { mediaType, source } = media(text(object(part.image_url).url), "image/*");
      return { type: "image", mediaType, source } satisfies ImagePart;
    }
    if (part.type === "input_audio") {
      const { data, format } = object(part.input_audio);
      return { type: "file", mediaType: `audio/${text(format)}`, source: { type: "base64", data: text(data) } };
    }
    if (part.type === "document_url" && this.#dialect.files === "document_url") {
      return { type: "file", ...media(text(part.document_url), "application/pdf") };
    }
    const file = part.type === "file" ? object(part.file) : {};
    if (typeof file.file_data !== "string")
      throw new Inexpressible(`a part with ${Object.keys(part).sort().join(", ")}`);
    const { mediaType, source } = media(file.file_data, "application/octet-stream");
    return { type: "file", mediaType, source, name: text(file.filename) } satisfies FilePart;
  }

  #assistant(recorded: JsonObject): { readonly message: Message; readonly expected: JsonObject } {
    const { content = "", tool_calls, prefix, reasoning, reasoning_content, reasoning_details, ...rest } = recorded;
    if (Object.keys(rest).join() !== "role") throw new Inexpressible(`an answer with ${Object.keys(rest).join(", ")}`);
    if (prefix !== undefined) this.#differences.add("no prefix");
    const parts: AssistantPart[] = [];
    const expected: Fields = { role: "assistant" };
    const said = typeof content === "string" ? content : this.#joined(list(content));
    const thought = reasoning_content ?? reasoning ?? "";
    if (reasoning_details !== undefined) {
      parts.push({ type: "reasoning", text: "", state: { origin: this.#origin, data: reasoning_details } });
      if (this.#dialect.replay === "reasoning_details") expected.reasoning_details = reasoning_details;
    } else if (thought !== "") parts.push({ type: "reasoning", text: text(thought) });
    if (said !== "") parts.push({ type: "text", text: said });
    for (const call of list(tool_calls ?? [])) parts.push(this.#call(object(call), expected));
    const isBlank = said !== "" && said.trim() === "";
    if (isBlank) this.#differences.add("no blank text");
    expected.content = (said === "" || isBlank) && tool_calls !== undefined ? null : said;
    if (tool_calls !== undefined && said === "" && recorded.content !== null) this.#differences.add("null for no text");
    if (reasoning !== undefined || reasoning_content !== undefined) this.#replayed(recorded, text(thought), expected);
    if (this.#dialect.replayEmpty && tool_calls !== undefined && recorded[this.#dialect.replay] === undefined) {
      expected[this.#dialect.replay] = "";
      this.#differences.add("empty reasoning back beside calls");
    }
    return { message: { role: "assistant", content: parts }, expected };
  }

  /** How the dialect sends reasoning back that was sent back in the recording. */
  #replayed(recorded: JsonObject, thought: string, expected: Fields): void {
    const field = this.#dialect.replay;
    if (field === "none" || field === "reasoning_details" || field === "thinking-parts") {
      this.#differences.add("no reasoning back");
      return;
    }
    const keptEmpty = this.#dialect.replayEmpty && expected.tool_calls !== undefined;
    if (thought !== "" || keptEmpty) expected[field] = thought;
    const other = field === "reasoning" ? "reasoning_content" : "reasoning";
    if (recorded[other] !== undefined) this.#differences.add(`reasoning back as ${field} alone`);
  }

  #call(recorded: JsonObject, expected: Fields): AssistantPart {
    const { index, ...call } = recorded;
    if (index !== undefined) this.#differences.add("no index of calls");
    const { name, arguments: args } = object(call.function);
    this.#callNames.set(text(call.id), text(name));
    expected.tool_calls = [...list(expected.tool_calls ?? []), call];
    return { type: "tool-call", id: text(call.id), name: text(name), arguments: text(args), status: "ok" };
  }

  #result({ tool_call_id, content }: JsonObject): ToolResultPart {
    const id = text(tool_call_id);
    const name = this.#callNames.get(id);
    if (name === undefined) throw new Inexpressible("a tool's result without its call");
    return { type: "tool-result", id, name, content: [{ type: "text", text: text(content) }], isError: false };
  }

  #joined(parts: readonly JsonValue[]): string {
    this.#differences.add("an answer's texts as one");
    return parts.map((part) => text(object(part).text)).join("");
  }

  #withoutNulls(fields: JsonObject): Fields {
    const kept = Object.entries(fields).filter(([, value]) => value !== null);
    if (kept.length < Object.keys(fields).length && fields.role === undefined) this.#differences.add("no nulls");
    return Object.fromEntries(kept);
  }
}

function media(url: string, otherwise: string): { readonly mediaType: string; readonly source: MediaSource } {
  const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
  if (mediaType === undefined || data === undefined) return { mediaType: otherwise, source: { type: "url", url } };
  return { mediaType, source: { type: "base64", data } };
}

function text(value: JsonValue | undefined): string {
  if (typeof value !== "string") throw new Inexpressible(`${JSON.stringify(value)} in place of text`);
  return value;
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  if (!Array.isArray(value)) throw new Inexpressible(`${JSON.stringify(value)} in place of a list`);
  return value;
}

function object(value: JsonValue | undefined): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Inexpressible(`${JSON.stringify(value)} in place of an object`);
  }
  return value as JsonObject;
}
