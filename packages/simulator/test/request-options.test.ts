import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Simulator } from "../src/index.ts";
import { createSimulator } from "../src/index.ts";
import { ask, stream, streamChunks } from "./client.ts";
import { converse, execute, fileTools } from "./tools.ts";

let simulator: Simulator;
beforeEach(async () => {
  simulator = await createSimulator();
});
afterEach(() => simulator.close());

describe("what the request asks for", () => {
  const both = { messages: [{ role: "user", content: "list the files and read README.md" }], tools: fileTools };
  const names = async (fields: Record<string, unknown>) =>
    (await ask(simulator, { ...both, ...fields })).choices[0].message.tool_calls?.map((call) => call.function.name);

  it("tool_choice", async () => {
    expect(await names({})).toEqual(["list_files", "read_file"]);
    expect(await names({ tool_choice: "none" })).toBeUndefined();
    expect(await names({ tool_choice: { type: "function", function: { name: "run_command" } } })).toEqual([
      "run_command",
    ]);
    const nothing = [{ role: "user", content: "hello" }];
    expect(await names({ messages: nothing })).toBeUndefined();
    expect(await names({ messages: nothing, tool_choice: "required" })).toHaveLength(1);
  });

  it("tool_choice, without going round in circles", async () => {
    const { steps } = await converse(simulator, "hello", () => "ok", { tool_choice: "required" });
    expect(steps).toHaveLength(1);
  });

  it("parallel_tool_calls: one call an answer, and all of them in the end", async () => {
    const { steps } = await converse(simulator, "list the files and read README.md", execute, {
      parallel_tool_calls: false,
    });
    expect(steps).toEqual([[["list_files", { path: "." }]], [["read_file", { path: "README.md" }]]]);
  });

  it("reasoning_effort", async () => {
    const thinking = await ask(simulator, { ...both, reasoning_effort: "low" });
    const reasoning = "The last message is new. It asks for list_files, read_file.";
    expect(thinking.choices[0].message.reasoning_content).toBe(reasoning);
    expect(thinking.usage?.completion_tokens_details.reasoning_tokens).toBe(Math.ceil(reasoning.length / 4));
    for (const fields of [{}, { reasoning_effort: "none" }]) {
      const answer = await ask(simulator, { ...both, ...fields });
      expect(answer.choices[0].message).not.toHaveProperty("reasoning_content");
      expect(answer.usage?.completion_tokens_details.reasoning_tokens).toBe(0);
    }
    const chunks = await streamChunks(simulator, { ...both, reasoning_effort: "high" });
    expect(chunks.map(({ choices }) => choices[0]?.delta.reasoning_content ?? "").join("")).toBe(reasoning);
    expect(chunks[1]?.choices[0]?.delta).toEqual({ reasoning_content: "The" });
  });

  it.each(["max_tokens", "max_completion_tokens"])("%s", async (field) => {
    const messages = [{ role: "user", content: "count to 100" }];
    const answer = await ask(simulator, { messages, [field]: 3 });
    expect(answer.choices[0]).toMatchObject({ message: { content: "1, 2, 3, 4, " }, finish_reason: "length" });
    expect(answer.usage?.completion_tokens).toBe(3);
    const lines = await stream(simulator, { messages, [field]: 3 });
    expect(lines.at(-2)).toContain('"finish_reason":"length"');
  });

  it("max_tokens in the middle of a tool call", async () => {
    const answer = await ask(simulator, { ...both, max_tokens: 12 });
    const { message, finish_reason } = answer.choices[0];
    expect(finish_reason).toBe("length");
    // 30 characters of text, 10 of the name, 8 are left.
    expect(message.tool_calls?.map((call) => call.function)).toEqual([{ name: "list_files", arguments: '{"path":' }]);
    const shorter = (await ask(simulator, { ...both, max_tokens: 10 })).choices[0];
    expect([shorter.message.tool_calls, shorter.finish_reason]).toEqual([undefined, "length"]);
  });

  it("stop", async () => {
    const messages = [{ role: "user", content: "count to 100" }];
    const answer = await ask(simulator, { messages, stop: ["50", ", 4"] });
    expect(answer.choices[0]).toMatchObject({ message: { content: "1, 2, 3" }, finish_reason: "stop" });
  });

  it("response_format json_schema", async () => {
    const schema = {
      type: "object",
      properties: {
        title: { type: "string", minLength: 12 },
        kind: { enum: ["bug", "idea"] },
        score: { type: "integer", minimum: 3 },
        tags: { type: "array", items: { $ref: "#/$defs/tag" }, minItems: 2 },
        note: { type: ["string", "null"] },
        optional: { type: "string" },
      },
      required: ["title", "kind", "score", "tags", "note"],
      $defs: { tag: { type: "object", properties: { on: { type: "boolean" } }, required: ["on"] } },
    };
    const answer = await ask(simulator, {
      response_format: { type: "json_schema", json_schema: { name: "x", schema } },
    });
    expect(JSON.parse(answer.choices[0].message.content ?? "")).toEqual({
      title: "simulated...",
      kind: "bug",
      score: 3,
      tags: [{ on: false }, { on: false }],
      note: "simulated",
    });
  });

  it("response_format json_object, after the tools", async () => {
    const { steps, text } = await converse(simulator, "read README.md", execute, {
      response_format: { type: "json_object" },
    });
    expect(steps).toHaveLength(1);
    expect(JSON.parse(text)).toMatchObject({
      simulator: true,
      answer: expect.stringContaining("README.md has 5 lines."),
    });
  });
});
