import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Simulator } from "../src/index.ts";
import { createSimulator } from "../src/index.ts";
import { failure, hello, post } from "./client.ts";

let simulator: Simulator;
beforeEach(async () => {
  simulator = await createSimulator();
});
afterEach(() => simulator.close());

describe("bad requests", () => {
  const user = hello[0];
  const call = { id: "c1", type: "function", function: { name: "f", arguments: "{}" } };
  const tools = [{ type: "function", function: { name: "f", parameters: { type: "object" } } }];

  it.each<[string, number, Record<string, unknown>, string | null, string]>([
    ["no model", 400, { model: undefined }, "model", "'model' is to be a string that is not empty."],
    ["unknown model", 404, { model: "gpt-9" }, "model", "The model 'gpt-9' does not exist here."],
    ["no messages", 400, { messages: undefined }, "messages", "'messages' is to be an array of at least one message."],
    ["empty messages", 400, { messages: [] }, "messages", "'messages' is to be an array of at least one message."],
    ["a message that is none", 400, { messages: ["hi"] }, "messages[0]", "'messages[0]' is to be an object."],
    [
      "an unknown role",
      400,
      { messages: [{ role: "robot", content: "hi" }] },
      "messages[0].role",
      "'messages[0].role' is to be one of system, developer, user, assistant and tool.",
    ],
    [
      "no content",
      400,
      { messages: [{ role: "user" }] },
      "messages[0].content",
      "'messages[0].content' is to be a string or an array of content parts.",
    ],
    [
      "a result without its call",
      400,
      { messages: [user, { role: "tool", tool_call_id: "c1", content: "x" }] },
      "messages[1]",
      "'messages[1]' answers the tool call 'c1', which no assistant message before it makes.",
    ],
    [
      "a call without its result",
      400,
      { messages: [user, { role: "assistant", content: null, tool_calls: [call] }, user] },
      "messages[2]",
      "Before 'messages[2]' a tool message is missing for each of: 'c1'.",
    ],
    [
      "a call without its result at the end",
      400,
      { messages: [user, { role: "assistant", content: null, tool_calls: [call] }] },
      "messages[2]",
      "Before 'messages[2]' a tool message is missing for each of: 'c1'.",
    ],
    [
      "a tool choice without tools",
      400,
      { tool_choice: "auto" },
      "tool_choice",
      "'tool_choice' is only allowed with 'tools'.",
    ],
    [
      "a tool choice that is not offered",
      400,
      { tools, tool_choice: { type: "function", function: { name: "g" } } },
      "tool_choice.function.name",
      'No tool of the request is named "g".',
    ],
    [
      "a tool name that OpenAI refuses",
      400,
      { tools: [{ type: "function", function: { name: "a b" } }] },
      "tools[0].function.name",
      "'tools[0].function.name' is to be 1 to 64 letters, digits, '_' and '-'.",
    ],
    ["a limit of nothing", 400, { max_tokens: 0 }, "max_tokens", "'max_tokens' is to be a whole number of at least 1."],
    [
      "an unknown format",
      400,
      { response_format: { type: "xml" } },
      "response_format.type",
      "'response_format.type' is to be text, json_object or json_schema.",
    ],
    ["five stops", 400, { stop: [..."abcde"] }, "stop", "'stop' is to be a string or up to four strings."],
    ["two answers", 400, { n: 2 }, "n", "'n' is to be 1: the simulator gives one answer."],
  ])("refuses %s", async (_, status, fields, parameter, message) => {
    const [got, error] = await failure(await post(simulator, fields));
    expect([got, error.message, error.param]).toEqual([status, message, parameter]);
    expect(error.code).toBe(status === 404 ? "model_not_found" : "invalid_value");
  });

  it("refuses what is no JSON object", async () => {
    const [status, error] = await failure(await post(simulator, {}, { body: "{nope" }));
    expect([status, error.message, error.code]).toEqual([400, "The body is not valid JSON.", "invalid_json"]);
    expect((await failure(await post(simulator, {}, { body: "" })))[1].code).toBe("invalid_json");
    expect((await failure(await post(simulator, {}, { body: "[]" })))[1].message).toBe(
      "The body is to be a JSON object.",
    );
    expect(simulator.requests.map(({ body }) => body)).toEqual(["{nope", undefined, []]);
  });

  it("takes no harm from names such as __proto__", async () => {
    const properties = JSON.parse('{"__proto__": {"type": "string"}, "constructor": {"type": "string"}}');
    const parameters = { type: "object", properties, required: ["__proto__", "constructor"] };
    const response = await post(simulator, {
      tools: [{ type: "function", function: { name: "greet", parameters } }],
      tool_choice: "required",
    });
    const answer = (await response.json()) as {
      choices: { message: { tool_calls: [{ function: { arguments: string } }] } }[];
    };
    const text = answer.choices[0]?.message.tool_calls[0].function.arguments;
    expect(text).toBe('{"__proto__":"hello","constructor":"hello"}');
    expect(Object.prototype).not.toHaveProperty("type");
  });

  it("refuses a body above 32 MB, announced or not", async () => {
    const size = 32 * 1024 * 1024 + 1;
    const announced = await failure(await post(simulator, {}, { body: "x".repeat(size) }));
    expect([announced[0], announced[1].code]).toEqual([413, "request_too_large"]);

    const status = await new Promise((resolve, reject) => {
      const sending = request(`${simulator.url}/chat/completions`, { method: "POST" }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sending.on("error", reject);
      for (let sent = 0; sent < size; sent += 1024 * 1024) sending.write(Buffer.alloc(1024 * 1024));
      sending.end();
    });
    expect(status).toBe(413);
    expect((await post(simulator)).status).toBe(200);
  }, 60_000);
});
