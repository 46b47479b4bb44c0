import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { GatewayError } from "../contract/error.ts";
import type { GuardedGateway } from "../contract/gateway.ts";
import { isObject, type JsonSchema, type JsonValue } from "../contract/json.ts";
import type { AssistantMessage, Message } from "../contract/message.ts";
import type { ModelRequest, ResponseFormat } from "../contract/request.ts";
import { isStandardSchema } from "../contract/standard-schema.ts";
import { type ModelSchema, readSchema } from "./model-schema.ts";
import type { Tool } from "./tool.ts";

/** A Standard Schema that has a JSON Schema (zod, arktype, valibot): the shape of the final answer. */
export type OutputSchema<Output = unknown> = StandardSchemaV1<unknown, Output> & StandardJSONSchemaV1<unknown, Output>;

/** A schema of the final answer with a name, which some models are shown. */
export interface NamedOutputSchema {
  readonly type: "json-schema";
  /** Letters, digits, `_` and `-`. @defaultValue `"answer"` */
  readonly name?: string | undefined;
  /** The result has an output of the type that a Standard Schema makes; a JSON Schema gives none. */
  readonly schema: OutputSchema | JsonSchema;
}

/** A response format as `run` accepts it. */
export type OutputFormat = Exclude<ResponseFormat, { readonly type: "json-schema" }> | OutputSchema | NamedOutputSchema;

/** The type of `result().output` for a response format. */
export type OutputOf<Format> = Format extends OutputSchema
  ? StandardSchemaV1.InferOutput<Format>
  : Format extends { readonly type: "json-schema"; readonly schema: infer Schema extends OutputSchema }
    ? StandardSchemaV1.InferOutput<Schema>
    : unknown;

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
  readonly #checker: ModelSchema;
  readonly #isWrapped: boolean;
  readonly #schema: JsonSchema;
  readonly #schemaSteps: number;
  #repairs = 0;
  #accepted: { readonly value: unknown } | undefined;

  /**
   * `taken`: the names of the tools that there are. `schemaSteps`: `Limits.schemaSteps`. Throws a `TypeError` for a schema
   * that cannot be shown.
   */
  constructor(format: OutputSchema | NamedOutputSchema, taken: readonly string[], schemaSteps: number) {
    this.#schemaSteps = schemaSteps;
    const isNamed = !isStandardSchema(format);
    this.#checker = isNamed
      ? readSchema(format.schema, '"responseFormat.schema"')
      : readSchema(format, '"responseFormat"');
    const { json } = this.#checker;
    this.#isWrapped = json.type !== "object";
    this.#schema = this.#isWrapped ? wrap(json) : json;
    this.#name = (isNamed ? format.name : undefined) ?? wrapped;
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

  /** Accepts a final answer that fits. Returns what is wrong with one that does not. */
  async take(raw: JsonValue): Promise<string | undefined> {
    // Some models leave out the object around an answer.
    const value = this.#isWrapped && isObject(raw) && Object.hasOwn(raw, wrapped) ? (raw[wrapped] as JsonValue) : raw;
    const checked = await this.#checker.check(value, "answer", this.#schemaSteps);
    if (!checked.ok) return checked.faults.join("; ");
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
}

/** Whether a format holds a schema that answers are checked against. */
export function isOutputFormat(format: OutputFormat | undefined): format is OutputSchema | NamedOutputSchema {
  return isStandardSchema(format) || format?.type === "json-schema";
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
  const fenced = insideFence(text);
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

/**
 * Returns what the first block in fences holds. The text is the model's: searched with one pattern, fences and line
 * ends without number would take for ever.
 */
function insideFence(text: string): string | undefined {
  const mark = "```";
  for (let fence = text.indexOf(mark); fence !== -1; fence = text.indexOf(mark, fence + mark.length)) {
    const opening = /^```(?:json)?[^\S\n]*\n/.exec(text.slice(fence, fence + longestOpening))?.[0];
    if (opening === undefined) continue;
    const start = fence + opening.length;
    const end = text.indexOf(mark, start);
    return end === -1 ? undefined : text.slice(start, end);
  }
  return undefined;
}

const longestOpening = 32;

/** The model that was asked. */
interface Asked {
  readonly gateway: { readonly id: string };
  readonly model: string;
}

/** Returns the error of an answer that does not fit its schema. */
export function misfit(problem: string, { gateway: { id }, model }: Asked, partial: AssistantMessage): GatewayError {
  const words = `The answer of model "${model}" of gateway "${id}" does not fit the schema of responseFormat: ${problem}.`;
  const error = new GatewayError(words, { gateway: id, code: "protocol" });
  error.partial = partial;
  return error;
}
