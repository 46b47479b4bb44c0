import {
  type Capabilities,
  type Capability,
  defineTool,
  type GatewayPlugin,
  type GuardedGateway,
  type JsonValue,
  type Privacy,
  type PrivacyDemand,
  type Run,
  type RunEndReason,
  type RunEvent,
  type RunOptions,
  run,
  type Tool,
  type ToolContext,
  type ToolResultPart,
} from "@waygate/core";
import { definePlugin, type Gateway, type ModelEvent, type OpenContext } from "@waygate/core/plugin";
import { describe, expect, expectTypeOf, it } from "vitest";
import { answering, capable, finish } from "./fake-gateway.ts";
import { schemaOf } from "./schema.ts";

interface Place {
  readonly city: string;
}
const place = schemaOf<Place>({ type: "object" }, (value) => ({ value: value as Place }));
const count = schemaOf<{ readonly count: number }>({ type: "object" }, () => ({ value: { count: 1 } }));

describe("the exported lists of names", () => {
  it("name every capability and every privacy requirement", () => {
    expectTypeOf<Capability>().toEqualTypeOf<keyof Capabilities>();
    expectTypeOf<PrivacyDemand>().toEqualTypeOf<keyof Privacy>();
  });
});

describe("defineTool", () => {
  it("types the arguments by the schema's output, and the context", () => {
    const tool = defineTool({
      name: "forecast",
      description: "Tells the weather.",
      parameters: place,
      execute(args, context) {
        expectTypeOf(args).toEqualTypeOf<Place>();
        expectTypeOf(context).toEqualTypeOf<ToolContext>();
        return args.city;
      },
    });
    expectTypeOf(tool).toEqualTypeOf<Tool>();
    expect(tool.name).toBe("forecast");
  });

  it("types the arguments of a tool that reports progress", () => {
    const tool = defineTool({
      name: "count",
      description: "Counts.",
      parameters: count,
      readOnly: true,
      async *execute(args) {
        expectTypeOf(args).toEqualTypeOf<{ readonly count: number }>();
        yield args.count;
        return "done";
      },
    });
    expect(tool.readOnly).toBe(true);
  });

  it("refuses a tool whose arguments are not those of its schema", () => {
    const wrong = {
      name: "forecast",
      description: "Tells the weather.",
      parameters: place,
      execute: (args: { readonly days: number }) => args.days,
    };
    // @ts-expect-error A Place has no days.
    expect(defineTool(wrong)).toBe(wrong);
  });
});

describe("a list of tools", () => {
  it("takes tools of any arguments", () => {
    const byJsonSchema: Tool = {
      name: "add",
      description: "Adds.",
      parameters: { type: "object", properties: { a: { type: "number" }, b: { type: "number" } } },
      execute: ({ a, b }: { readonly a: number; readonly b: number }) => a + b,
    };
    const generator: Tool = {
      name: "count",
      description: "Counts.",
      parameters: { type: "object" },
      async *execute({ to }: { readonly to: number }) {
        yield to;
        return { to };
      },
    };
    const without: Tool = { name: "now", description: "Tells the time.", parameters: {}, execute: () => 0 };
    const defined = defineTool({
      name: "where",
      description: "Where.",
      parameters: place,
      execute: (args) => args.city,
    });
    const tools: readonly Tool[] = [byJsonSchema, generator, without, defined];
    expect(() => run({ gateway: answering([finish()]), model: "small", messages: [], tools })).not.toThrow();
  });

  it("takes no tool without a description, nor one that cannot be executed", () => {
    expectTypeOf<{ name: string; parameters: object; execute: () => void }>().not.toExtend<Tool>();
    expectTypeOf<{ name: string; description: string; parameters: object }>().not.toExtend<Tool>();
  });
});

describe("a run", () => {
  it("is iterated for its events, told apart by their type", () => {
    expectTypeOf<Run>().toExtend<AsyncIterable<RunEvent>>();
    expectTypeOf<Run>().toExtend<AsyncDisposable>();
    expectTypeOf<Extract<RunEvent, { type: "text-delta" }>["text"]>().toEqualTypeOf<string>();
    expectTypeOf<Extract<RunEvent, { type: "tool-result" }>["result"]>().toEqualTypeOf<ToolResultPart>();
    expectTypeOf<Extract<RunEvent, { type: "tool-progress" }>["value"]>().toEqualTypeOf<JsonValue>();
    expectTypeOf<ModelEvent>().toExtend<RunEvent>();
  });

  it("never ends for the reason that tools were called", () => {
    expectTypeOf<"tool-calls">().not.toExtend<RunEndReason>();
    expectTypeOf<"max-steps">().toExtend<RunEndReason>();
    expectTypeOf(run).returns.toEqualTypeOf<Run>();
  });

  it("takes messages of plain text, but no results of plain text", () => {
    type Input = RunOptions["messages"][number];
    expectTypeOf<{ role: "user"; content: string }>().toExtend<Input>();
    expectTypeOf<{ role: "tool"; content: string }>().not.toExtend<Input>();
  });

  it("takes a gateway from a registry, and not one that nobody guards", () => {
    type Asked = Parameters<typeof run>[0]["gateway"];
    expectTypeOf<GuardedGateway>().toExtend<Asked>();
    expectTypeOf<Gateway>().not.toExtend<Asked>();
  });
});

describe("definePlugin", () => {
  it("needs no type parameter in a list of plugins", () => {
    const gateway: Gateway = { models: async () => [], async *stream() {} };
    const common = { name: "Fake", contract: 1 as const, settingsKey: "fake", capabilities: capable };
    const plugins: readonly GatewayPlugin[] = [
      definePlugin({
        ...common,
        id: "by-place",
        settings: place,
        address(settings) {
          expectTypeOf(settings).toEqualTypeOf<Place>();
          return settings.city;
        },
        open(context) {
          expectTypeOf(context).toEqualTypeOf<OpenContext<Place>>();
          return gateway;
        },
      }),
      definePlugin({ ...common, id: "by-count", settings: count, open: () => gateway }),
    ];
    expect(plugins.map((plugin) => plugin.id)).toEqual(["by-place", "by-count"]);
  });

  it("asks for a gateway, not for the promise of one", () => {
    expectTypeOf<Promise<Gateway>>().not.toExtend<Gateway>();
  });
});
