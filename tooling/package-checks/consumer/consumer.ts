// A program that has its packages from npm: type-checked and run where only the packed tarballs are installed.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRegistry, type RunEvent, run, type Tool } from "@waygate/core";
import type { GatewayPlugin } from "@waygate/core/plugin";
import openaiCompatible from "@waygate/openai-compatible";

const plugins: readonly GatewayPlugin[] = [openaiCompatible];
for (const plugin of plugins) assert.equal(plugin.contract, 1);

// A service that asks for the tool first and gives its answer next.
const call = { index: 0, id: "call-1", type: "function", function: { name: "add", arguments: '{"a":1,"b":2}' } };
const answers = [
  { deltas: [{ role: "assistant", tool_calls: [call] }], reason: "tool_calls" },
  { deltas: [{ role: "assistant", content: "1 + 2 " }, { content: "= 3" }], reason: "stop" },
];
const server = createServer((request, response) => {
  const { deltas, reason } = answers.shift() ?? assert.fail("more requests than answers");
  const choices = [...deltas.map((delta) => ({ delta, finish_reason: null })), { delta: {}, finish_reason: reason }];
  request.resume();
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const choice of choices) {
    response.write(`data: ${JSON.stringify({ id: "answer", model: "adder", choices: [{ index: 0, ...choice }] })}\n\n`);
  }
  response.end("data: [DONE]\n\n");
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;

const registry = createRegistry({
  plugins,
  settings: {
    openai_compatible: {
      local: { api_url: `http://127.0.0.1:${port}/v1`, available_models: [{ name: "adder", max_tokens: 8_000 }] },
    },
  },
});
assert.deepEqual(
  registry.gateways().map(({ id, state }) => `${id}: ${state}`),
  ["local: ready"],
);

const add: Tool = {
  name: "add",
  description: "Adds two numbers",
  parameters: { type: "object", properties: { a: { type: "number" }, b: { type: "number" } }, required: ["a", "b"] },
  execute: ({ a, b }: { a: number; b: number }) => String(a + b),
};
const conversation = run({
  gateway: registry.gateway("local"),
  model: "adder",
  messages: [{ role: "user", content: "What is 1 + 2?" }],
  tools: [add],
});
const seen = new Set<RunEvent["type"]>();
for await (const event of conversation) seen.add(event.type);
assert.ok(seen.has("tool-result"));
const { text } = await conversation.result();
assert.equal(text, "1 + 2 = 3");

await registry.close();
server.close();
console.log(`${plugins.map(({ name }) => name).join(", ")}: ${text}`);
