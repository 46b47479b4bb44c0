import { toJsonSchema, toStandardJsonSchema } from "@valibot/to-json-schema";
import {
  defineTool,
  type JsonValue,
  type ModelRequest,
  type OutputSchema,
  type RunOptions,
  run,
  type Tool,
} from "@waygate/core";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import * as mini from "zod/mini";
import { z as z3 } from "zod-3";
import { answering, call, finish, text, toolResults } from "./fake-gateway.ts";

interface Trip {
  readonly city: string;
  readonly days: number;
  readonly note?: string | undefined;
  readonly start: Date;
}

/** The same trip in each library: an optional field, a default, and a text that becomes a date. */
const trips: Readonly<Record<string, OutputSchema<Trip>>> = {
  zod: z.object({
    city: z.string(),
    days: z.number().default(3),
    note: z.string().optional(),
    start: z.string().transform((day) => new Date(day)),
  }),
  "zod, its JSON Schema made by hand": z.toJSONSchema(
    z.object({
      city: z.string(),
      days: z.number().default(3),
      note: z.string().optional(),
      start: z.string().transform((day) => new Date(day)),
    }),
    { io: "input" },
  ),
  "zod mini": mini.toJSONSchema(
    mini.object({
      city: mini.string(),
      days: mini._default(mini.number(), 3),
      note: mini.optional(mini.string()),
      start: mini.pipe(
        mini.string(),
        mini.transform((day: string) => new Date(day)),
      ),
    }),
    { io: "input" },
  ),
  valibot: toStandardJsonSchema(
    v.object({
      city: v.string(),
      days: v.optional(v.number(), 3),
      note: v.optional(v.string()),
      start: v.pipe(
        v.string(),
        v.transform((day) => new Date(day)),
      ),
    }),
  ),
  arktype: type({ city: "string", days: "number = 3", "note?": "string", start: "string.date.parse" }),
};

/** At least one of two shapes, with nothing around them. */
const unions: Readonly<Record<string, OutputSchema>> = {
  zod: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("city"), city: z.string() }),
    z.object({ kind: z.literal("point"), at: z.tuple([z.number(), z.number()]) }),
  ]),
  valibot: toStandardJsonSchema(
    v.variant("kind", [
      v.object({ kind: v.literal("city"), city: v.string() }),
      v.object({ kind: v.literal("point"), at: v.tuple([v.number(), v.number()]) }),
    ]),
  ),
  arktype: type({ kind: "'city'", city: "string" }).or({ kind: "'point'", at: ["number", "number"] }),
};

/** A city that is looked up before it is accepted. */
const looked: Readonly<Record<string, OutputSchema>> = {
  zod: z.object({ city: z.string().refine(async (city) => city === "Tokyo", "There is no such city") }),
  valibot: toStandardJsonSchema(
    // The conversion accepts asynchronous schemas, which its types deny.
    v.objectAsync({
      city: v.pipeAsync(
        v.string(),
        v.checkAsync(async (city) => city === "Tokyo", "There is no such city"),
      ),
    }) as unknown as v.GenericSchema<{ city: string }>,
  ),
};

/** Schemas that check, but that a model cannot be shown, and what there is to do about each. */
const unseen: readonly (readonly [string, unknown, string])[] = [
  [
    "zod 3",
    z3.object({ city: z3.string() }),
    "a zod schema without a JSON Schema, which the model must be shown. Update zod to 4.2 or later.",
  ],
  [
    "zod mini",
    mini.object({ city: mini.string() }),
    "a zod schema without a JSON Schema, which the model must be shown. Pass z.toJSONSchema(schema), or update zod to 4.2 or later.",
  ],
  [
    "valibot alone",
    v.object({ city: v.string() }),
    "a valibot schema without a JSON Schema, which the model must be shown. Pass toStandardJsonSchema(schema) of @valibot/to-json-schema.",
  ],
  [
    "an old arktype",
    without(type({ city: "string" })),
    "an arktype schema without a JSON Schema, which the model must be shown. Update arktype to 2.1.28 or later.",
  ],
  [
    "any other",
    { "~standard": { version: 1, vendor: "yup", validate: () => ({ value: 1 }) } },
    "a yup schema without a JSON Schema, which the model must be shown. Update yup to a version with Standard JSON Schema, or pass a JSON Schema.",
  ],
  [
    "a library of before the standard",
    new (class Joi {})(),
    "an instance of Joi, which is neither a Standard Schema nor a plain JSON Schema. Update its library, or pass a JSON Schema.",
  ],
  ["a function", () => true, "a function. It must be a Standard Schema (zod, valibot, arktype) or a JSON Schema."],
  ["a list", [], "a list. It must be a Standard Schema (zod, valibot, arktype) or a JSON Schema."],
  ["a text", "object", 'the text "object". It must be a Standard Schema (zod, valibot, arktype) or a JSON Schema.'],
];

function without(schema: OutputSchema): unknown {
  return { "~standard": { ...schema["~standard"], jsonSchema: undefined } };
}

/** Has a tool called once with these arguments. What it was called with, and what the model read. */
async function callTool(parameters: Tool["parameters"], args: JsonValue) {
  const got: unknown[] = [];
  const gateway = answering([...call("1", "plan", args), finish("tool-calls")], [text("Done."), finish()]);
  const tool: Tool = {
    name: "plan",
    description: "Plans a trip.",
    parameters,
    execute(value: unknown) {
      got.push(value);
      return "planned";
    },
  };
  const { messages } = await start({ gateway, tools: [tool] }).result();
  const [spec] = gateway.requests[0]?.tools ?? [];
  return {
    got,
    result: toolResults(messages)[0],
    shown: spec !== undefined && "parameters" in spec ? spec.parameters : undefined,
  };
}

/** Has a model give these answers in turn. */
async function answer(responseFormat: RunOptions["responseFormat"], ...answers: readonly JsonValue[]) {
  const gateway = answering(...answers.map((value) => [text(JSON.stringify(value)), finish()]));
  const { output, steps } = await start({ gateway, responseFormat }).result();
  return { output, steps, asked: gateway.requests[0]?.responseFormat, requests: gateway.requests };
}

function start(options: Pick<RunOptions, "gateway"> & Partial<RunOptions>) {
  return run({ model: "small", messages: [{ role: "user", content: "Plan a trip." }], ...options });
}

function schemaOf(format: ModelRequest["responseFormat"]) {
  return format?.type === "json-schema" ? format.schema : undefined;
}

const written = { city: "Tokyo", start: "2026-11-29" };
const trip = { city: "Tokyo", days: 3, start: new Date("2026-11-29") };
const inputSchema = {
  type: "object",
  properties: {
    city: { type: "string" },
    days: { type: "number" },
    note: { type: "string" },
    start: { type: "string" },
  },
};

describe.each(Object.entries(trips))("parameters of %s", (_library, parameters) => {
  it("are shown as what the model may write, and give the tool what the schema made of it", async () => {
    const { got, shown } = await callTool(parameters, written);
    expect(got).toEqual([trip]);
    expect(shown).toMatchObject(inputSchema);
    expect([...((shown?.required as string[]) ?? [])].sort()).toEqual(["city", "start"]);
    expect(shown).not.toHaveProperty("$schema");
  });

  it("reject what does not fit, in words for the model", async () => {
    const { got, result } = await callTool(parameters, { ...written, days: "many" });
    expect(got).toEqual([]);
    expect(result).toMatchObject({ isError: true });
    expect(JSON.stringify(result?.content)).toMatch(/The arguments of plan do not fit its parameters: .*days.*number/);
  });
});

describe.each(Object.entries(trips))("an answer by a schema of %s", (_library, schema) => {
  it("is asked for as what the model may write, and comes as what the schema made of it", async () => {
    const { output, asked } = await answer(schema, written);
    expect(output).toEqual(trip);
    expect(asked).toMatchObject({ type: "json-schema", name: "answer", schema: inputSchema });
    expect([...((schemaOf(asked)?.required as string[]) ?? [])].sort()).toEqual(["city", "start"]);
    expect(schemaOf(asked)).not.toHaveProperty("$schema");
  });

  it("may have a name", async () => {
    const { output, asked } = await answer({ type: "json-schema", name: "trip", schema }, written);
    expect(output).toEqual(trip);
    expect(asked).toMatchObject({ type: "json-schema", name: "trip", schema: inputSchema });
  });

  it("needs no name inside a format", async () => {
    const { output, asked } = await answer({ type: "json-schema", schema }, written);
    expect(output).toEqual(trip);
    expect(asked).toMatchObject({ name: "answer" });
  });

  it("may be corrected once if it does not fit", async () => {
    const { output, steps, requests } = await answer(schema, { nope: 1 }, written);
    expect([output, steps]).toEqual([trip, 2]);
    expect(JSON.stringify(requests[1]?.messages.at(-1))).toMatch(/Your answer does not fit: .*city/);
  });

  it.each<[string, RunOptions["responseFormat"]]>([
    ["plain", schema],
    ["named", { type: "json-schema", name: "trip", schema }],
  ])("rejects the run if it never fits (%s)", async (_name, format) => {
    await expect(answer(format, { nope: 1 })).rejects.toThrow(/does not fit the schema of responseFormat: .*city/);
  });
});

describe.each(Object.entries(unions))("a union of %s", (_library, schema) => {
  const point = { kind: "point", at: [35, 139] };

  it("is accepted for a tool", async () => {
    const { got, shown } = await callTool(schema, point);
    expect(got).toEqual([point]);
    expect(shown?.anyOf ?? shown?.oneOf).toHaveLength(2);
    expect((await callTool(schema, { kind: "point", city: "Tokyo" })).result).toMatchObject({ isError: true });
  });

  it("is put into an object for an answer", async () => {
    const { output, asked } = await answer(schema, { answer: point });
    expect(output).toEqual(point);
    const properties = schemaOf(asked)?.properties as Record<string, Record<string, unknown>>;
    expect(properties.answer?.anyOf ?? properties.answer?.oneOf).toHaveLength(2);
    expect(properties.answer).not.toHaveProperty("$schema");
  });
});

describe.each(Object.entries(looked))("an asynchronous check of %s", (_library, schema) => {
  it("is awaited before a tool runs", async () => {
    expect((await callTool(schema, { city: "Tokyo" })).got).toEqual([{ city: "Tokyo" }]);
    const { got, result } = await callTool(schema, { city: "Atlantis" });
    expect(got).toEqual([]);
    expect(JSON.stringify(result)).toContain("city: There is no such city");
  });

  it("is awaited before an answer is accepted", async () => {
    const { output, steps } = await answer(schema, { city: "Atlantis" }, { city: "Tokyo" });
    expect([output, steps]).toEqual([{ city: "Tokyo" }, 2]);
  });
});

describe("a schema that a model cannot be shown", () => {
  it.each(unseen)("is rejected before the run begins: %s", (_name, schema, words) => {
    const gateway = answering([]);
    const tool = { name: "plan", description: "Plans.", parameters: schema, execute: () => 1 } as Tool;
    expect(() => start({ gateway, tools: [tool] })).toThrow(
      new TypeError(`run: "parameters" of tool "plan" is ${words}`),
    );
    const named = { type: "json-schema", name: "trip", schema } as never;
    expect(() => start({ gateway, responseFormat: named })).toThrow(
      new TypeError(`run: "responseFormat.schema" is ${words}`),
    );
    expect(gateway.requests).toEqual([]);
  });

  it.each(unseen.filter(([, schema]) => Object(schema)["~standard"] !== undefined))(
    "is rejected as a response format: %s",
    (_name, schema, words) => {
      const wrong = { gateway: answering([]), responseFormat: schema as never };
      expect(() => start(wrong)).toThrow(new TypeError(`run: "responseFormat" is ${words}`));
    },
  );

  it("is rejected with its library's own words if that cannot convert it", () => {
    const broken = {
      "~standard": {
        version: 1,
        vendor: "acme",
        validate: (value: unknown) => ({ value }),
        jsonSchema: {
          input() {
            throw new Error("Cycles cannot be represented");
          },
          output: () => ({}),
        },
      },
    } satisfies OutputSchema;
    expect(() => start({ gateway: answering([]), responseFormat: broken })).toThrow(
      'run: "responseFormat" is an acme schema whose JSON Schema cannot be made: Cycles cannot be represented',
    );
  });

  it.each<[string, Tool["parameters"]]>([
    ["zod", z.string()],
    ["arktype", type("string[]")],
    ["JSON Schema", toJsonSchema(v.string()) as Record<string, unknown>],
  ])("is rejected for a tool if it is no object: %s", (_name, parameters) => {
    const tool: Tool = { name: "plan", description: "Plans.", parameters, execute: () => 1 };
    expect(() => start({ gateway: answering([]), tools: [tool] })).toThrow(
      /^run: "parameters" of tool "plan" must describe an object, not "(string|array)"\. Put it into one: { value: … }\.$/,
    );
  });
});

describe("types", () => {
  it("are those that the schema makes", async () => {
    const zod = z.object({ city: z.string(), start: z.string().transform((day) => new Date(day)) });
    const ark = type({ city: "string", days: "number = 3" });
    const vali = toStandardJsonSchema(v.object({ city: v.string(), days: v.optional(v.number(), 3) }));
    const tools = [
      defineTool({
        name: "zod",
        description: "",
        parameters: zod,
        execute: (args) => expectTypeOf(args).toEqualTypeOf<{ city: string; start: Date }>(),
      }),
      defineTool({
        name: "ark",
        description: "",
        parameters: ark,
        execute: (args) => expectTypeOf(args).toEqualTypeOf<{ city: string; days: number }>(),
      }),
      defineTool({
        name: "vali",
        description: "",
        parameters: vali,
        execute: (args) => expectTypeOf(args).toEqualTypeOf<{ city: string; days: number }>(),
      }),
    ];
    expect(tools).toHaveLength(3);
    const gateway = answering([text(JSON.stringify(written)), finish()]);
    const base = { gateway, model: "small", messages: [{ role: "user", content: "Hi" }] } as const;
    const plain = await run({ ...base, responseFormat: zod }).result();
    expectTypeOf(plain.output).toEqualTypeOf<{ city: string; start: Date } | undefined>();
    if (plain.reason === "stop") expectTypeOf(plain.output).toEqualTypeOf<{ city: string; start: Date }>();
    const named = await run({ ...base, responseFormat: { type: "json-schema", name: "trip", schema: vali } }).result();
    expectTypeOf(named.output).toEqualTypeOf<{ city: string; days: number } | undefined>();
    const nameless = await run({ ...base, responseFormat: { type: "json-schema", schema: ark } }).result();
    expectTypeOf(nameless.output).toEqualTypeOf<{ city: string; days: number } | undefined>();
    const json = await run({ ...base, responseFormat: { type: "json-schema", schema: { type: "object" } } }).result();
    expectTypeOf(json.output).toEqualTypeOf<unknown>();
    const words = await run(base).result();
    expectTypeOf(words.output).toEqualTypeOf<unknown>();
    expect([plain.output, named.output, nameless.output, json.output, words.output]).toEqual([
      { city: "Tokyo", start: new Date(written.start) },
      { city: "Tokyo", days: 3 },
      { ...written, days: 3 },
      written,
      undefined,
    ]);
  });

  it("reject a schema that a model cannot be shown", () => {
    const bare = v.object({ city: v.string() });
    // @ts-expect-error valibot's schemas have no JSON Schema of their own.
    expect(() => run({ gateway: answering([]), model: "m", messages: [], responseFormat: bare })).toThrow(TypeError);
    // @ts-expect-error zod 3 has none at all.
    const parameters: Tool["parameters"] = z3.object({});
    expect(parameters).toBeDefined();
  });
});
