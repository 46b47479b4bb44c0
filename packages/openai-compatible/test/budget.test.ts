import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Budget, run, type Tool } from "@waygate/core";
import { expect, it } from "vitest";
import { openRegistry } from "./service.ts";

const look: Tool = { name: "look", description: "Looks.", parameters: { type: "object" }, execute: () => "nothing" };

/** A service that calls a tool in each answer, and reports the usage that it is given. Its list has what `listed` says. */
async function startCaller(usage: object | undefined, listed: object | undefined) {
  let calls = 0;
  const server = createServer((request, response) => {
    request.resume();
    if (request.method === "GET") {
      if (listed === undefined) return void response.writeHead(404).end();
      return void response.end(JSON.stringify({ data: [{ id: "m", ...listed }] }));
    }
    calls++;
    const call = { index: 0, id: `c${calls}`, type: "function", function: { name: "look", arguments: "{}" } };
    const chunks = [
      { choices: [{ index: 0, delta: { tool_calls: [call] }, finish_reason: "tool_calls" }] },
      ...(usage === undefined ? [] : [{ choices: [], usage }]),
    ];
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(
      [...chunks.map((chunk) => JSON.stringify(chunk)), "[DONE]"].map((data) => `data: ${data}\n\n`).join(""),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    get calls() {
      return calls;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A run that looks again and again. `model`: more settings of its model. */
async function spend(
  budget: Budget,
  { model = {}, usage, listed }: { readonly model?: object; readonly usage?: object; readonly listed?: object },
) {
  await using service = await startCaller(usage, listed);
  const available_models = listed === undefined ? [{ name: "m", max_tokens: 9000, ...model }] : undefined;
  await using registry = openRegistry({
    api_url: service.url,
    available_models,
    discover: listed !== undefined,
  }).registry;
  const gateway = registry.gateway("my-gw.2");
  const running = run({ gateway, model: "m", prompt: "Look.", tools: [look], maxSteps: 8, budget });
  const outcome = await running.result().catch((error: unknown) => ({ error }));
  return { ...outcome, calls: service.calls };
}

const million = { prompt_tokens: 1_000_000, completion_tokens: 0 };

it("ends a run by the prices of the settings", async () => {
  const pricing = { input: 2, output: 8, currency: "EUR" };
  expect(await spend({ cost: 5 }, { model: { pricing }, usage: million })).toMatchObject({
    reason: "budget",
    steps: 3,
    cost: { amount: 6, currency: "EUR", source: "estimated" },
  });
});

it("ends a run by the prices of the service's list, which is fetched for them", async () => {
  const pricing = { prompt: "0.000002", completion: "0.000008" };
  expect(await spend({ cost: 5 }, { listed: { pricing }, usage: million })).toMatchObject({
    reason: "budget",
    cost: { amount: 6, currency: "USD", source: "estimated" },
  });
});

it("ends a run by estimated tokens if the service reports none", async () => {
  const pricing = { input: 2, output: 8 };
  expect(await spend({ cost: 0.0002 }, { model: { pricing } })).toMatchObject({
    reason: "budget",
    usage: { estimated: true },
    cost: { source: "estimated" },
  });
  expect(await spend({ tokens: 150 }, {})).toMatchObject({
    reason: "budget",
    usage: { estimated: true },
    cost: undefined,
  });
});

it("rejects a limit on the cost without prices before any request, unless that is allowed", async () => {
  for (const listed of [undefined, { context_length: 9000 }]) {
    const { error, calls } = (await spend({ cost: 5 }, { usage: million, ...(listed && { listed }) })) as {
      error: unknown;
      calls: number;
    };
    expect([error, calls]).toMatchObject([{ code: "budget", gateway: "my-gw.2" }, 0]);
  }
  expect(await spend({ cost: 5, unknown: "allow" }, { usage: million })).toMatchObject({
    reason: "max-steps",
    cost: undefined,
  });
});
