import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import type { GuardedGateway } from "../contract/gateway.ts";
import { isObject, type JsonSchema, type JsonValue } from "../contract/json.ts";
import type { Message } from "../contract/message.ts";
import type { ModelRequest, ResponseFormat } from "../contract/request.ts";
import { formatPath, hasJsonSchema, jsonSchemaOf, toIssue } from "../contract/settings.ts";
import { violations } from "./json-schema.ts";
import type { Tool } from "./tool.ts";

/** A Standard Schema that has a JSON Schema (Zod, ArkType, valibot): what the final answer is to be. */
export type OutputSchema<Output = unknown> = StandardSchemaV1<unknown, Output> & StandardJSONSchemaV1<unknown, Output>;

type JsonSchemaFormat = Extract<ResponseFormat, { readonly type: "json-schema" }>;

type Checked = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

/** How often a model is told that its answer does not fit. */
const maxRepairs = 1;

/** Where the answer stands in an object, as models can only be held to objects. */
const wrapped = "answer";

/**
 * The final answer of a run, as data of a schema. The model is held to it by the best means that it has: its own
 * response format, else a tool that takes the answer, else words. Whatever it says is checked.
 */
export class Output {
  /** What takes the answer where the model has no response format. */
  readonly tool: Tool;
  readonly #name: string;
  readonly #format: OutputSchema | JsonSchemaFormat;
  readonly #isWrapped: boolean;
  readonly #schema: JsonSchema;
  #repairs = 0;
  #accepted: { readonly value: unknown } | undefined;

  /** `taken`: the names of the tools that there are. Throws a `TypeError` for a schema that cannot be shown. */
  constructor(format: OutputSchema | JsonSchemaFormat, taken: readonly string[]) {
    this.#format = format;
    const schema = jsonSchema(format);
    this.#isWrapped = schema.type !== "object";
    this.#schema = this.#isWrapped ? wrap(schema) : schema;
    this.#name = "type" in format ? format.name : wrapped;
    let name = "final_answer";
    for (let number = 2; taken.includes(name); number++) name = `final_answer_${number}`;
    this.tool = {
      name,
      description: "Takes your final answer. Call it once, when you have everything that the answer needs.",
      parameters: { type: "object" },
      execute: async (value: JsonValue) => {
        const problem = await this.take(value);
        if (problem === undefined) return "The answer was taken.";
        throw new Error(`The answer does not fit: ${problem}. Call ${name} again, with one that fits.`);
      },
    };
  }

  /** The answer, once it fits. */
  get accepted(): { readonly value: unknown } | undefined {
    return this.#accepted;
  }

  /** Forgets the answer: the run goes on, and there will be another one. */
  withdraw(): void {
    this.#accepted = undefined;
  }

  /** Asks for the answer by the best means that a model has. */
  shape(request: ModelRequest, gateway: GuardedGateway): ModelRequest {
    const able = gateway.capabilitiesOf(request.model);
    if (able.structuredOutput) {
      return { ...request, responseFormat: { type: "json-schema", name: this.#name, schema: this.#schema } };
    }
    const { responseFormat: _, ...rest } = request;
    if (!able.tools) return { ...rest, messages: instructed(request.messages, this.#instruction()) };
    const { name, description } = this.tool;
    const tools = [...request.tools, { name, description, parameters: this.#schema }];
    const { toolChoice = "auto", reasoning = "off" } = request;
    // Services refuse a model that is to think and has no choice.
    const free = toolChoice !== "auto" || reasoning !== "off" || !able.toolChoice;
    const forced = request.tools.length === 0 ? { tool: name } : ("required" as const);
    return free ? { ...rest, tools } : { ...rest, tools, toolChoice: forced };
  }

  /** Looks at a final answer in words. Undefined where it fits; otherwise what is wrong with it. */
  async read(text: string): Promise<string | undefined> {
    const value = parse(text);
    return value === undefined ? "it is not JSON" : this.take(value);
  }

  /** Looks at a final answer. Undefined where it fits; otherwise what is wrong with it. */
  async take(value: JsonValue): Promise<string | undefined> {
    const checked = await this.#check(value);
    if (!checked.ok) return checked.problem;
    this.#accepted = { value: checked.value };
    return undefined;
  }

  /** Whether the model may be told once more that its answer does not fit; counts that it was. */
  mayRepair(): boolean {
    this.#repairs++;
    return this.#repairs <= maxRepairs;
  }

  /** What the model is told then. */
  repairRequest(problem: string): string {
    return `Your answer does not fit: ${problem}. Give it again, whole. ${this.#instruction()}`;
  }

  #instruction(): string {
    return `Give your final answer as JSON that fits this JSON Schema, and nothing around it: ${JSON.stringify(this.#schema)}`;
  }

  async #check(raw: JsonValue): Promise<Checked> {
    // Some models leave the object around an answer out.
    const value = this.#isWrapped && isObject(raw) && Object.hasOwn(raw, wrapped) ? (raw[wrapped] as JsonValue) : raw;
    if ("type" in this.#format) {
      const faults = violations(value, this.#format.schema);
      return faults.length === 0 ? { ok: true, value } : { ok: false, problem: faults.join("; ") };
    }
    const result = await this.#format["~standard"].validate(value);
    if (result.issues === undefined) return { ok: true, value: result.value };
    const faults = result.issues.map(toIssue).map(({ path, message }) => `${formatPath(path) || "answer"}: ${message}`);
    return { ok: false, problem: faults.join("; ") };
  }
}

/** Whether a format is a schema that answers are checked against. */
export function isOutputFormat(
  format: ResponseFormat | OutputSchema | undefined,
): format is OutputSchema | JsonSchemaFormat {
  return format !== undefined && (!("type" in format) || format.type === "json-schema");
}

function jsonSchema(format: OutputSchema | JsonSchemaFormat): JsonSchema {
  if ("type" in format) return format.schema;
  if (hasJsonSchema(format)) return jsonSchemaOf(format);
  throw new TypeError(
    'run: the schema in "responseFormat" has no JSON Schema, which the model must be shown; ' +
      "valibot's get one with toStandardJsonSchema().",
  );
}

/** Puts a schema of anything into one of an object. Its definitions stay where its references look for them. */
function wrap({ $defs, definitions, ...schema }: JsonSchema): JsonSchema {
  return {
    type: "object",
    properties: { [wrapped]: schema },
    required: [wrapped],
    additionalProperties: false,
    ...($defs !== undefined && { $defs }),
    ...(definitions !== undefined && { definitions }),
  };
}

/** The messages with one more thing that the system says, where it is read first. */
function instructed(messages: readonly Message[], instruction: string): readonly Message[] {
  const part = { type: "text", text: instruction } as const;
  const [first, ...others] = messages;
  if (first?.role !== "system") return [{ role: "system", content: [part] }, ...messages];
  return [{ role: "system", content: [...first.content, part] }, ...others];
}

/** The JSON that a text is or, as models like to put words and fences around it, holds. */
function parse(text: string): JsonValue | undefined {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)```/.exec(text)?.[1];
  const start = text.search(/[[{]/);
  const end = Math.max(text.lastIndexOf("}"), text.lastIndexOf("]"));
  for (const candidate of [text, fenced, start === -1 ? undefined : text.slice(start, end + 1)]) {
    if (candidate === undefined) continue;
    try {
      return JSON.parse(candidate) as JsonValue;
    } catch {
      // Perhaps in the next one.
    }
  }
  return undefined;
}
