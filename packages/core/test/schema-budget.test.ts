import { createRegistry, defaultLimits, isObject, type JsonValue, run, type Tool } from "@waygate/core";
import { describe, expect, it } from "vitest";
import { answering, failureOf, finish, pluginOf, text, toolResults } from "./fake-gateway.ts";

/** What the model reads about a call of a tool with this schema. */
async function resultOf(parameters: Tool["parameters"], value: JsonValue): Promise<string> {
  const tool: Tool = { name: "make", description: "Makes.", parameters, execute: () => "made" };
  const made = [
    { type: "tool-call-start", id: "1", name: "make" },
    { type: "tool-call-end", id: "1", arguments: written(value), complete: true },
  ] as const;
  const gateway = answering([made, [finish("tool-calls")]], [[text("Done."), finish()]]);
  const running = run({ gateway, model: "small", messages: [{ role: "user", content: "Hello" }], tools: [tool] });
  await running.result();
  const answered = running.messages[2];
  const [part] = toolResults(answered === undefined ? [] : [answered])[0]?.content ?? [];
  return part?.type === "text" ? part.text : JSON.stringify(part);
}

/** Writes deeply nested values too, for which JSON.stringify has not enough stack. */
function written(value: JsonValue): string {
  const left: (JsonValue | { readonly raw: string })[] = [value];
  let text = "";
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (isObject(next) && typeof next.raw === "string") text += next.raw;
    else if (isObject(next) && Object.keys(next).length === 1) {
      const [[key, item]] = Object.entries(next) as [[string, JsonValue]];
      left.push({ raw: "}" }, item, { raw: `{${JSON.stringify(key)}:` });
    } else if (Array.isArray(next) && next.length === 2) {
      left.push({ raw: "]" }, next[1], { raw: "," }, next[0], { raw: "[" });
    } else text += JSON.stringify(next);
  }
  return text;
}

const property = (schema: unknown) => ({ type: "object", properties: { x: schema } });
/** A schema whose levels each name the level below them twice. */
function doubling(keyword: "anyOf" | "oneOf" | "allOf", levels: number, last: unknown) {
  const $defs: Record<string, unknown> = { level0: last };
  for (let level = 1; level <= levels; level++) {
    const below = { $ref: `#/$defs/level${level - 1}` };
    $defs[`level${level}`] = { [keyword]: [below, below] };
  }
  return { $defs, ...property({ $ref: `#/$defs/level${levels}` }) };
}
function nested(levels: number, inner: JsonValue = 1): JsonValue {
  let value = inner;
  for (let level = 0; level < levels; level++) value = { x: value };
  return value;
}
const tree = { type: "object", additionalProperties: { $ref: "#" } };
const many = <Item>(length: number, item: (index: number) => Item) => Array.from({ length }, (_, index) => item(index));

// Each of these took seconds, hours or the stack. They fail by the runner's limit of time for a test, if they do.
describe("the check of a tool's arguments", () => {
  it.each<[string, string, string]>([
    ["nested quantifiers", "^(a+)+$", `${"a".repeat(50_000)}!`],
    ["ambiguous alternatives", "^(a|a|aa)*$", `${"a".repeat(50_000)}!`],
    ["quantifiers in a row", "a*a*a*a*a*a*a*b", "a".repeat(20_000)],
    ["an optional part, repeated", "^(x?y?z?)*$", `${"xyz".repeat(10_000)}!`],
    ["classes that overlap", "^([a-z]|[a-y]|\\w)*\\d$", "a".repeat(20_000)],
  ])("ends quickly for a pattern with %s", async (_name, pattern, value) => {
    expect(await resultOf(property({ pattern }), { x: value })).toBe(
      `The arguments of make do not fit its parameters: "x" must match ${pattern}. Call it again with arguments that fit.`,
    );
    expect(
      await resultOf({ patternProperties: { [pattern]: {} }, additionalProperties: false }, { [value]: 1 }),
    ).toMatch(/is unknown; known are: none\. Call it again/);
  });

  it.each<[string, string]>([
    ["is valid with the text", "^[\\s\\S]*$"],
    ["is not valid with it", "^[\\s\\S]*\\d$"],
  ])("refuses a text too long for a pattern that %s", async (_name, pattern) => {
    expect(await resultOf(property({ pattern }), { x: "a".repeat(20_000_000) })).toMatch(
      /the check took more than 1000000 steps \(limits\.schemaSteps\)/,
    );
  });

  it("does without a pattern that only backtracking could match", async () => {
    expect(await resultOf(property({ pattern: "^(a+)\\1$" }), { x: `${"a".repeat(50_000)}!` })).toBe("made");
  });

  it("does without a pattern that is too large", async () => {
    const pattern = "^((a{1,1000}){1,1000}){1,1000}$";
    expect(await resultOf(property({ pattern }), { x: "b" })).toBe("made");
    expect(await resultOf(property({ pattern: `${"(".repeat(5000)}a${")".repeat(5000)}` }), { x: "b" })).toBe("made");
  });

  it.each(["anyOf", "oneOf", "allOf"] as const)(
    "looks at the same value with the same schema once, for %s",
    async (keyword) => {
      const fits = doubling(keyword, 100, { type: "number" });
      const answer = await resultOf(fits, { x: 1 });
      if (keyword === "oneOf") expect(answer).toContain('"x" fits 2 of the alternatives');
      else expect(answer).toBe("made");
      expect(await resultOf(fits, { x: "1" })).toContain('"x" must be number, not string');
      expect(await resultOf(doubling(keyword, 100, { items: { type: "number" } }), { x: ["1"] })).toContain(
        '"x[0]" must be number, not string',
      );
    },
  );

  it("checks a deep value whose kinds share the names of their parts", async () => {
    const kinds = many(6, (kind) => ({
      properties: { kind: { const: `k${kind}` }, left: { $ref: "#/$defs/node" }, right: { $ref: "#/$defs/node" } },
      required: ["kind"],
      additionalProperties: false,
    }));
    const schema = { $defs: { node: { anyOf: kinds } }, ...property({ $ref: "#/$defs/node" }) };
    const node = (depth: number, last: string): JsonValue =>
      depth === 0 ? { kind: last } : { kind: `k${depth % 6}`, left: { kind: "k0" }, right: node(depth - 1, last) };
    expect(await resultOf(schema, { x: node(30, "k1") })).toBe("made");
    expect(await resultOf(schema, { x: node(30, "odd") })).toContain("do not fit its parameters");
  });

  it.each<[string, unknown]>([
    ["itself", { $ref: "#" }],
    ["itself, beside other keywords", { type: "object", $ref: "#" }],
    ["itself, through another", { $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } }, $ref: "#/$defs/a" }],
    ["itself, as an alternative", { anyOf: [{ $ref: "#" }] }],
    ["itself, as a part", { allOf: [{ $ref: "#" }, { type: "object" }] }],
    ["a broken pointer", { $ref: "#/%E0%A4%A" }],
    ["a pointer with a broken tilde", { $ref: "#/~" }],
    ["what every object inherits", { $ref: "#/__proto__/constructor" }],
    ["what every list inherits", { prefixItems: [], $ref: "#/prefixItems/length" }],
  ])("does without a reference to %s", async (_name, schema) => {
    expect(await resultOf(schema as Tool["parameters"], { x: 1 })).toBe("made");
  });

  it("refuses a value that is nested too deeply, whatever looks at it", async () => {
    const deep = /nested more than \d+ levels deep/;
    expect(await resultOf(tree, nested(100_000))).toMatch(deep);
    expect(await resultOf(property({ enum: [nested(99_999)] }), nested(100_000))).toMatch(deep);
    expect(await resultOf(property({ const: nested(99_999) }), nested(100_000))).toMatch(deep);
    expect(await resultOf(property({ uniqueItems: true }), { x: [nested(100_000), 2] })).toMatch(deep);
    // What no keyword looks into is no concern of the check.
    expect(await resultOf({ type: "object" }, nested(100_000))).toBe("made");
  });

  it("refuses a value that is too large for its schema", async () => {
    const tooMany = /took more than 1000000 steps \(limits\.schemaSteps\).*Call it again/;
    expect(await resultOf(property({ items: { type: "number" } }), { x: many(2_000_000, () => 1) })).toMatch(tooMany);
    const objects = many(20_000, (index) => ({ index }));
    expect(await resultOf(property({ items: { enum: objects } }), { x: objects.toReversed() })).toMatch(tooMany);
    expect(await resultOf(property({ required: many(2_000_000, () => "a") }), { x: { a: 1 } })).toMatch(tooMany);
  });

  it("takes long lists and large texts in its stride", async () => {
    const items = many(50_000, (index) => ({ index }));
    expect(await resultOf(property({ uniqueItems: true }), { x: items })).toBe("made");
    expect(await resultOf(property({ uniqueItems: true }), { x: [...items, { index: 0 }] })).toContain(
      "repeat an item",
    );
    const words = many(5000, (index) => `w${index}`);
    expect(await resultOf(property({ items: { enum: words } }), { x: words.toReversed() })).toBe("made");
    expect(await resultOf(property({ minLength: 1, maxLength: 30_000_000 }), { x: "a".repeat(20_000_000) })).toBe(
      "made",
    );
  });

  it("tells the model of a fault in few words, however large the value and the schema are", async () => {
    const key = "k".repeat(1_000_000);
    const words = many(100_000, (index) => `word ${index}`);
    const told = await Promise.all([
      resultOf(property({ additionalProperties: false }), { x: { [key]: 1 } }),
      resultOf(property({ enum: words }), { x: 1 }),
      resultOf(property({ const: key }), { x: 1 }),
      resultOf(property({ pattern: `^${"b".repeat(9000)}$` }), { x: "a" }),
      resultOf(
        {
          ...property({}),
          properties: Object.fromEntries(words.map((word) => [word, {}])),
          additionalProperties: false,
        },
        { x: 1 },
      ),
      resultOf(tree, nested(100, key)),
    ]);
    for (const answer of told) expect(answer.length).toBeLessThan(4000);
    expect(told[1]).toContain('"x" must be one of ["word 0","word 1"');
  });

  it("heeds none of the keys that JavaScript treats on its own", async () => {
    const hostile = JSON.parse('{"x":{"__proto__":{"a":1},"constructor":2,"toString":3}}');
    expect(await resultOf(property({ additionalProperties: { type: "number" } }), hostile)).toContain(
      '"x.__proto__" must be number, not object',
    );
    expect(await resultOf(property({ properties: { a: {} }, required: ["a"] }), hostile)).toContain('"x.a" is missing');
    expect(await resultOf(property({ const: JSON.parse('{"__proto__":{"a":1}}') }), { x: {} })).toContain(
      '"x" must be {"__proto__"',
    );
    expect(await resultOf(property({ enum: [{}] }), hostile)).toContain('"x" must be one of [{}]');
  });

  it("ignores numbers that a schema cannot mean", async () => {
    expect(await resultOf(property({ multipleOf: 0 }), { x: 3 })).toBe("made");
    expect(await resultOf(property({ multipleOf: -2, minLength: Number.NaN }), { x: 3 })).toBe("made");
  });
});

describe("limits.schemaSteps", () => {
  const list = { type: "array", items: { type: "integer" } };
  const answer = JSON.stringify(many(1000, (index) => index));

  function registryOf(schemaSteps?: number) {
    const plugin = pluginOf({
      models: async () => [],
      async *stream() {
        yield [text(answer), finish()];
      },
    });
    return createRegistry({ plugins: [plugin], limits: { schemaSteps } });
  }

  function ask(schemaSteps?: number) {
    return run({
      gateway: registryOf(schemaSteps).gateway("fake"),
      model: "small",
      messages: [{ role: "user", content: "Hello" }],
      responseFormat: { type: "json-schema", name: "list", schema: list },
    }).result();
  }

  it("holds for answers as data", async () => {
    expect((await ask()).output).toHaveLength(1000);
    expect((await ask(Number.POSITIVE_INFINITY)).output).toHaveLength(1000);
    expect(await failureOf(ask(500))).toMatchObject({
      code: "protocol",
      message: expect.stringContaining("the check took more than 500 steps (limits.schemaSteps)"),
    });
  });

  it("is told by a gateway, with its default", () => {
    expect(registryOf().gateway("fake").limits).toEqual(defaultLimits);
    expect(registryOf(500).gateway("fake").limits).toEqual({ ...defaultLimits, schemaSteps: 500 });
  });

  it.each([0, -1, 1.5, Number.NaN])("cannot be %d", (steps) => {
    expect(() => registryOf(steps)).toThrow(
      `createRegistry: "limits.schemaSteps" must be a whole number above 0, or Infinity, not ${steps}.`,
    );
  });
});
