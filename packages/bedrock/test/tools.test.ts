import type { Message, ModelRequest } from "@waygate/core";
import { describe, expect, it } from "vitest";
import { asking } from "./asking.ts";
import { claude, open, refused } from "./open.ts";

const ask = asking();
const look = { name: "look", description: "Looks.", parameters: { type: "object", properties: { at: {} } } } as const;
const lookSpec = {
  toolSpec: { name: "look", description: "Looks.", inputSchema: { json: { type: "object", properties: { at: {} } } } },
};
const past: readonly Message[] = [
  { role: "user", content: [{ type: "text", text: "Look" }] },
  { role: "assistant", content: [{ type: "tool-call", id: "c1", name: "look", arguments: "{}", status: "ok" }] },
  { role: "tool", content: [{ type: "tool-result", id: "c1", name: "look", content: [], isError: false }] },
];
const noCalls = [{ text: "Do not call any tool in this answer. Answer in words." }];

async function configOf(change: Partial<ModelRequest>) {
  const { body, notices, request } = await ask({ tools: [look], ...change });
  const { toolConfig, system, additionalModelRequestFields } = body;
  return { toolConfig, system, fields: additionalModelRequestFields, notices, path: request.path };
}

describe("tools", () => {
  it("go out with their schemas, and no choice where none is asked for", async () => {
    const { toolConfig, fields, notices } = await configOf({});
    expect(toolConfig).toEqual({ tools: [lookSpec] });
    expect(fields).toBeUndefined();
    expect(notices).toEqual([]);
  });

  it("go out as objects, also where a schema forgets to say so: Bedrock refuses those that do not", async () => {
    const parameters = { properties: { at: { type: "string" } } };
    const { toolConfig } = await configOf({
      tools: [
        { ...look, parameters },
        { name: "wait", description: "", parameters: {} },
      ],
    });
    expect(toolConfig).toEqual({
      tools: [
        { toolSpec: { ...lookSpec.toolSpec, inputSchema: { json: { type: "object", ...parameters } } } },
        { toolSpec: { name: "wait", inputSchema: { json: { type: "object" } } } },
      ],
    });
  });

  it.each([
    ["auto", { auto: {} }],
    ["required", { any: {} }],
    [{ tool: "look" }, { tool: { name: "look" } }],
  ] as const)("with the choice %j", async (toolChoice, wanted) => {
    expect((await configOf({ toolChoice })).toolConfig).toEqual({ tools: [lookSpec], toolChoice: wanted });
  });

  it("are not sent with the choice none: there is nothing to call", async () => {
    const { toolConfig, system } = await configOf({ toolChoice: "none" });
    expect(toolConfig).toBeUndefined();
    expect(system).toBeUndefined();
  });

  it("stay with the choice none where the conversation has calls of them: nothing of it is deleted", async () => {
    const { body } = await ask({ tools: [look], toolChoice: "none", messages: past });
    expect(body.toolConfig).toEqual({ tools: [lookSpec] });
    expect(body.system).toEqual(noCalls);
    expect(body.messages).toEqual([
      { role: "user", content: [{ text: "Look" }] },
      { role: "assistant", content: [{ toolUse: { toolUseId: "c1", name: "look", input: {} } }] },
      {
        role: "user",
        content: [{ toolResult: { toolUseId: "c1", content: [{ text: "(no output)" }], status: "success" } }],
      },
    ]);
  });

  it("of the service's own are named, beside those of the program", async () => {
    const { toolConfig } = await configOf({
      gatewayOptions: { systemTools: ["nova_grounding"] },
      model: "amazon.nova-2-lite-v1:0",
    });
    expect(toolConfig).toEqual({ tools: [lookSpec, { systemTool: { name: "nova_grounding" } }] });
  });
});

describe("a choice that a model is known not to take", () => {
  it("becomes the nearest, with a notice", async () => {
    const { toolConfig, notices } = await configOf({
      model: "mistral.mistral-large-2407-v1:0",
      toolChoice: { tool: "look" },
    });
    expect(toolConfig).toEqual({ tools: [lookSpec], toolChoice: { any: {} } });
    expect(notices).toEqual([
      'tool-choice-changed: This model does not take the choice of tool that was asked for; "required" was sent in its place.',
    ]);
  });

  it("is refused where there is none to choose", async () => {
    await using opened = open({ origin: "http://127.0.0.1:9" });
    const error = await refused(opened.gateway, {
      model: "us.meta.llama4-scout-17b-instruct-v1:0",
      tools: [look],
      toolChoice: "required",
    });
    expect(error.code).toBe("unsupported");
  });
});

describe("one call at a time", () => {
  it.each([
    [undefined, { type: "auto" }],
    ["required", { type: "any" }],
    [{ tool: "look" }, { type: "tool", name: "look" }],
  ] as const)(
    "with the choice %j stands in Anthropic's own field, which has the choice too",
    async (toolChoice, wanted) => {
      const { toolConfig, fields } = await configOf({ toolChoice, parallelToolCalls: false });
      expect(toolConfig).toEqual({ tools: [lookSpec] });
      expect(fields).toEqual({ tool_choice: { ...wanted, disable_parallel_tool_use: true } });
    },
  );

  it("cannot be asked of other models, which is said", async () => {
    const { toolConfig, fields, notices } = await configOf({
      model: "us.amazon.nova-pro-v1:0",
      parallelToolCalls: false,
    });
    expect(toolConfig).toEqual({ tools: [lookSpec] });
    expect(fields).toBeUndefined();
    expect(notices).toEqual(["parallel-tools-ignored: This model cannot be told to make one call at a time."]);
  });

  it("is left to the model where it is not ruled out", async () => {
    expect((await configOf({ parallelToolCalls: true })).fields).toBeUndefined();
  });
});

describe("the operation", () => {
  it.each([
    [`us.${claude}`, {}, "converse-stream"],
    [`us.${claude}`, { gatewayOptions: { streaming: false } }, "converse"],
    ["us.meta.llama4-scout-17b-instruct-v1:0", {}, "converse"],
    ["us.meta.llama4-scout-17b-instruct-v1:0", { tools: [] }, "converse-stream"],
    ["cohere.command-r-plus-v1:0", {}, "converse"],
  ] as const)("for %s and %j is %s", async (model, change, operation) => {
    const { path } = await configOf({ model, ...change });
    expect(path).toBe(`/model/${encodeURIComponent(model)}/${operation}`);
  });

  it("is that of the settings where the request does not say", async () => {
    const model = { name: "own-model", max_tokens: 1000, streaming: false };
    const settings = { available_models: [model] };
    expect((await ask({ model: "own-model" }, { settings })).request.path).toBe("/model/own-model/converse");
    const streamed = await ask({ model: "own-model", gatewayOptions: { streaming: true } }, { settings });
    expect(streamed.request.path).toBe("/model/own-model/converse-stream");
  });
});
