import { run, type Tool } from "@waygate/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openRegistry, sse, startService, type TestService } from "./service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => service.clear());

const model = "anthropic/claude-sonnet-4";
const usage = (prompt: number, completion: number, cost: number) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  cost,
  is_byok: false,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
});
const metadata = (id: string) => ({
  provider_metadata: {
    gateway: { routing: { originalModelId: model, finalProvider: "anthropic" }, cost: "0.001", generationId: id },
  },
});

/** An answer in the form of the recorded ones: the role first, reasoning with its details, calls in pieces, the rest last. */
function answer(id: string, deltas: readonly object[], finish: string, counted: object): string {
  const chunk = (delta: object, finish_reason: string | null = null, more: object = {}) => ({
    id,
    object: "chat.completion.chunk",
    created: 1,
    model,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    system_fingerprint: "fp_1",
    ...more,
  });
  return sse(
    chunk({ role: "assistant" }),
    ...deltas.map((delta) => chunk(delta)),
    chunk(metadata(id), finish, { usage: counted, generationId: id }),
  );
}

const thought = (text: string, signature: string) => [
  { reasoning: text, reasoning_details: [{ type: "reasoning.text", text, format: "anthropic-claude-v1", index: 0 }] },
  { reasoning_details: [{ type: "reasoning.text", signature, format: "anthropic-claude-v1", index: 0 }] },
];
const call = (index: number, id: string, name: string, pieces: readonly string[]) => [
  { tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] },
  ...pieces.map((text) => ({ tool_calls: [{ index, function: { arguments: text } }] })),
];

const answers = [
  answer(
    "gen_1",
    [
      ...thought("Add and multiply.", "sig-1=="),
      { content: "Let me see." },
      ...call(0, "toolu_1", "add", ['{"a":', "2,", '"b":3}']),
      ...call(1, "toolu_2", "multiply", ['{"a":2,"b":3}']),
    ],
    "tool_calls",
    usage(100, 40, 0.001),
  ),
  answer(
    "gen_2",
    [...thought("Add them up.", "sig-2=="), ...call(0, "toolu_3", "add", ['{"a":5,"b":6}'])],
    "tool_calls",
    usage(160, 20, 0.002),
  ),
  answer("gen_3", [{ content: "It is " }, { content: "11." }], "stop", usage(200, 10, 0.003)),
];

const numbers = {
  type: "object",
  properties: { a: { type: "number" }, b: { type: "number" } },
  required: ["a", "b"],
} as const;
const calculator = (name: string, calculate: (a: number, b: number) => number): Tool => ({
  name,
  description: `To ${name} two numbers.`,
  parameters: numbers,
  execute(input) {
    const { a, b } = input as { a: number; b: number };
    return String(calculate(a, b));
  },
});
const tools = [calculator("add", (a, b) => a + b), calculator("multiply", (a, b) => a * b)];

describe("a loop of tools over the gateway's wire", () => {
  it("sends reasoning, calls and results back byte for byte, and counts what was billed", async () => {
    let turn = 0;
    service.answer = (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(answers[turn++]);
    };
    await using registry = openRegistry(service).registry;
    const gateway = registry.gateway("vercel_ai_gateway");
    const result = await run({
      gateway,
      model,
      messages: [{ role: "user", content: "(2+3)+(2*3)?" }],
      tools,
      reasoning: { effort: "low" },
      cache: "auto",
      gatewayOptions: { providerOptions: { gateway: { order: ["anthropic"] } } },
    }).result();

    expect(result.text).toBe("It is 11.");
    expect(result.reason).toBe("stop");
    expect(result.steps).toBe(3);
    expect(result.usage.input.total).toBe(460);
    expect(result.usage.output.total).toBe(70);
    expect(result.cost?.amount).toBeCloseTo(0.006, 10);
    expect(result.cost).toMatchObject({ currency: "USD", source: "billed" });

    const bodies = service.received.map(({ body }) => body);
    expect(bodies).toHaveLength(3);
    for (const body of bodies) {
      expect(body).toMatchObject({
        reasoning: { effort: "low" },
        providerOptions: { gateway: { order: ["anthropic"], caching: "auto" } },
      });
    }
    const details = (text: string, signature: string) => [
      { type: "reasoning.text", text, format: "anthropic-claude-v1", index: 0, signature },
    ];
    const called = (id: string, name: string, text: string) => ({
      id,
      type: "function",
      function: { name, arguments: text },
    });
    expect(bodies[2]?.messages).toEqual([
      { role: "user", content: "(2+3)+(2*3)?" },
      {
        role: "assistant",
        content: "Let me see.",
        reasoning_details: details("Add and multiply.", "sig-1=="),
        tool_calls: [called("toolu_1", "add", '{"a":2,"b":3}'), called("toolu_2", "multiply", '{"a":2,"b":3}')],
      },
      { role: "tool", tool_call_id: "toolu_1", content: "5" },
      { role: "tool", tool_call_id: "toolu_2", content: "6" },
      {
        role: "assistant",
        content: null,
        reasoning_details: details("Add them up.", "sig-2=="),
        tool_calls: [called("toolu_3", "add", '{"a":5,"b":6}')],
      },
      { role: "tool", tool_call_id: "toolu_3", content: "11" },
    ]);
  });
});
