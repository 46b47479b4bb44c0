import {
  type Capabilities,
  type ModelEvent,
  type ModelRequest,
  type RunEvent,
  type RunOptions,
  resume,
  run,
  type Tool,
} from "@waygate/core";
import { GatewayError } from "@waygate/core/plugin";
import { expectValidHistory } from "@waygate/valid-history";
import { describe, expect, expectTypeOf, it } from "vitest";
import { answering, call, capable, collect, failureOf, finish, streaming, text } from "./fake-gateway.ts";
import { schemaOf } from "./schema.ts";

interface City {
  readonly name: string;
  readonly people: number;
}

const citySchema = {
  type: "object",
  properties: { name: { type: "string" }, people: { type: "number" } },
  required: ["name", "people"],
};

/** Makes a number of the text that `people` may be, so that a test sees what the schema made of an answer. */
const city = schemaOf<City>(citySchema, (value) => {
  const { name, people } = Object(value) as Partial<City>;
  if (typeof name !== "string") return { issues: [{ message: "Expected a name", path: ["name"] }] };
  return { value: { name, people: Number(people) } };
});
const hello = { role: "user", content: "Which city is the largest?" } as const;
const look: Tool = { name: "look", description: "Looks.", parameters: { type: "object" }, execute: () => "seen" };
const tokyo = { name: "Tokyo", people: 37 };

type Answer = readonly ModelEvent[];

/** Answers one after the other, able to do what is said. */
function model(able: Partial<Capabilities>, ...answers: readonly Answer[]) {
  const requests: ModelRequest[] = [];
  const gateway = streaming(
    async function* (request) {
      requests.push(request);
      yield answers[requests.length - 1] ?? answers.at(-1) ?? [];
    },
    { capabilities: { ...capable, ...able } },
  );
  return { gateway, requests };
}

const says = (words: string): Answer => [text(words), finish()];
const takes = (value: object, id = "1"): Answer => [...call(id, "final_answer", value as never), finish("tool-calls")];

function start(gateway: RunOptions["gateway"], more: Partial<RunOptions> = {}) {
  return run({ gateway, model: "small", messages: [hello], responseFormat: city, ...more });
}

async function whole(running: ReturnType<typeof start>) {
  const events: RunEvent[] = await collect(running);
  expectValidHistory(running.messages);
  return { events, result: await running.result() };
}

describe("an answer that is data", () => {
  it("is asked for by the model's own response format, where it has one", async () => {
    const { gateway, requests } = model({}, says(JSON.stringify(tokyo)));
    const running = run({ gateway, model: "small", messages: [hello], responseFormat: city });
    const { output, reason } = await running.result();
    expectTypeOf(output).toEqualTypeOf<City | undefined>();
    expect([output, reason]).toEqual([tokyo, "stop"]);
    expect(requests[0]?.responseFormat).toEqual({ type: "json-schema", name: "answer", schema: citySchema });
    expect(requests[0]?.tools).toEqual([]);
  });

  it("is what the schema made of it", async () => {
    const { gateway } = model({}, says('{"name":"Tokyo","people":"37"}'));
    expect((await start(gateway).result()).output).toEqual(tokyo);
  });

  it("is checked against a plain JSON Schema too", async () => {
    const { gateway, requests } = model({}, says(JSON.stringify(tokyo)));
    const responseFormat = { type: "json-schema", name: "city", schema: citySchema } as const;
    expect((await start(gateway, { responseFormat }).result()).output).toEqual(tokyo);
    expect(requests[0]?.responseFormat).toEqual(responseFormat);
  });

  it("is left alone without a schema", async () => {
    const { gateway, requests } = model({}, says('{"a":1}'));
    const { output, text: words } = await start(gateway, { responseFormat: { type: "json" } }).result();
    expect([output, words]).toEqual([undefined, '{"a":1}']);
    expect(requests[0]?.responseFormat).toEqual({ type: "json" });
  });

  it.each<[string, string]>([
    ["a fence", 'Here it is:\n```json\n{"name":"Tokyo","people":37}\n```\nAnything else?'],
    ["a fence without a language", 'Here it is [sic]:\n```\n\n{"name":"Tokyo","people":37}\n```'],
    ["a fence after another mark", 'In [a] ```fence```:\n```json \n{"name":"Tokyo","people":37}\n``` Fits [b].'],
    ["words", 'The answer is {"name":"Tokyo","people":37}, I think.'],
    ["blanks", '\n  {"name":"Tokyo","people":37}\n'],
  ])("is found where a model puts %s around it", async (_name, words) => {
    expect((await start(model({}, says(words)).gateway).result()).output).toEqual(tokyo);
  });

  // Such an answer once took minutes to search.
  it.each(["\n", "\n ", "```", "```json\n", "``` ", "{["])(
    "is soon found not to be in an answer of %j alone",
    async (part) => {
      const error = await failureOf(
        start(model({}, says(["```", ...Array.from({ length: 200_000 }, () => part)].join(""))).gateway).result(),
      );
      expect(error).toMatchObject({ code: "protocol", message: expect.stringContaining("it is not JSON") });
    },
  );

  it("is put into an object where it is none, and its definitions are found", async () => {
    const $defs = { city: citySchema };
    const cities = schemaOf<readonly City[]>({ type: "array", items: { $ref: "#/$defs/city" }, $defs }, (value) =>
      Array.isArray(value) ? { value } : { issues: [{ message: "Expected a list" }] },
    );
    for (const words of [JSON.stringify({ answer: [tokyo] }), JSON.stringify([tokyo])]) {
      const { gateway, requests } = model({}, says(words));
      expect((await start(gateway, { responseFormat: cities }).result()).output).toEqual([tokyo]);
      expect(requests[0]?.responseFormat).toMatchObject({
        schema: {
          type: "object",
          properties: { answer: { type: "array", items: { $ref: "#/$defs/city" } } },
          required: ["answer"],
          $defs,
        },
      });
    }
  });

  it("is taken by a tool where the model has no response format", async () => {
    const { gateway, requests } = model({ structuredOutput: false }, takes(tokyo));
    const { events, result } = await whole(start(gateway));
    expect([result.output, result.reason, result.steps]).toEqual([tokyo, "stop", 1]);
    expect(requests[0]).toMatchObject({
      tools: [{ name: "final_answer", parameters: citySchema }],
      toolChoice: { tool: "final_answer" },
    });
    expect(requests[0] && "responseFormat" in requests[0]).toBe(false);
    expect(events.at(-1)).toMatchObject({ type: "run-end", reason: "stop" });
  });

  it.each<[string, Partial<Capabilities>, Partial<RunOptions>, ModelRequest["toolChoice"]]>([
    ["required beside other tools", {}, { tools: [look] }, "required"],
    ["the model's where it thinks", {}, { reasoning: { effort: "high" } }, undefined],
    ["the program's where it has one", {}, { tools: [look], toolChoice: { tool: "look" } }, { tool: "look" }],
    ["the model's where it can be given none", { toolChoice: false }, {}, undefined],
  ])("leaves the choice of the tool %s", async (_name, able, more, toolChoice) => {
    const { gateway, requests } = model({ structuredOutput: false, ...able }, takes(tokyo));
    expect((await start(gateway, more).result()).output).toEqual(tokyo);
    expect(requests[0]?.toolChoice).toEqual(toolChoice);
  });

  it("comes after the other tools have done their work", async () => {
    const { gateway, requests } = model(
      { structuredOutput: false },
      [...call("1", "look"), finish()],
      takes(tokyo, "2"),
    );
    const { result } = await whole(start(gateway, { tools: [look] }));
    expect([result.output, result.steps]).toEqual([tokyo, 2]);
    expect(requests[0]?.tools.map(({ name }) => name)).toEqual(["look", "final_answer"]);
  });

  it("is taken by a tool of another name where that one is taken", async () => {
    const own: Tool = { ...look, name: "final_answer" };
    const { gateway, requests } = model({ structuredOutput: false }, [
      ...call("1", "final_answer_2", tokyo),
      finish("tool-calls"),
    ]);
    expect((await start(gateway, { tools: [own] }).result()).output).toEqual(tokyo);
    expect(requests[0]?.tools.map(({ name }) => name)).toEqual(["final_answer", "final_answer_2"]);
  });

  it.each<[string, RunOptions["messages"], number]>([
    ["first", [hello], 2],
    ["with what the system says", [{ role: "system", content: "Be brief." }, hello], 2],
  ])("is asked for in words where the model has no tools either: %s", async (_name, messages, count) => {
    const { gateway, requests } = model({ structuredOutput: false, tools: false }, says(JSON.stringify(tokyo)));
    const running = start(gateway, { messages });
    expect((await running.result()).output).toEqual(tokyo);
    expect(requests[0]?.messages).toHaveLength(count);
    const [system] = requests[0]?.messages ?? [];
    expect(system?.role).toBe("system");
    expect(JSON.stringify(system?.content)).toContain(JSON.stringify(JSON.stringify(citySchema)).slice(1, -1));
    // For the model alone: it is no part of the conversation.
    expect(JSON.stringify(running.messages)).not.toContain("JSON Schema");
  });
});

describe("an answer that does not fit", () => {
  it("may be corrected once, visibly, in words", async () => {
    const { gateway, requests } = model({}, says("Tokyo."), says(JSON.stringify(tokyo)));
    const { events, result } = await whole(start(gateway));
    expect([result.output, result.steps]).toEqual([tokyo, 2]);
    expect(events.filter(({ type }) => type === "output-repair")).toEqual([
      { type: "output-repair", problem: "it is not JSON" },
    ]);
    const told = JSON.stringify(requests[1]?.messages.at(-1));
    expect(told).toContain("Your answer does not fit: it is not JSON. Give it again, whole.");
  });

  it("may be corrected once, visibly, by the tool", async () => {
    const { gateway, requests } = model({ structuredOutput: false }, takes({ people: 1 }), takes(tokyo, "2"));
    const { events, result } = await whole(start(gateway));
    expect(result.output).toEqual(tokyo);
    const problem = "The answer does not fit: name: Expected a name. Call final_answer again, with one that fits.";
    expect(events.filter(({ type }) => type === "output-repair")).toEqual([{ type: "output-repair", problem }]);
    expect(requests[1]?.messages.at(-1)).toMatchObject({
      role: "tool",
      content: [{ isError: true, content: [{ type: "text", text: problem }] }],
    });
  });

  it("may come in words where a tool was offered", async () => {
    const { gateway } = model({ structuredOutput: false }, says("It is Tokyo."), says(JSON.stringify(tokyo)));
    expect((await whole(start(gateway))).result.output).toEqual(tokyo);
  });

  it.each<[string, Partial<Capabilities>, Answer, Partial<RunOptions>, string]>([
    ["again", {}, says('{"people":1}'), {}, "name: Expected a name"],
    ["when there is no step left", {}, says("Tokyo."), { maxSteps: 1 }, "it is not JSON"],
    ["again, by the tool", { structuredOutput: false }, takes({}), {}, "name: Expected a name"],
  ])("ends the run %s, with what was said kept", async (_name, able, answer, more, problem) => {
    const { gateway } = model(able, answer);
    const running = start(gateway, more);
    const error = (await failureOf(running.result())) as GatewayError;
    expect(error).toMatchObject({
      code: "protocol",
      gateway: "fake",
      partial: { role: "assistant" },
      message: expect.stringContaining('The answer of model "small" of gateway "fake" does not fit the schema'),
    });
    expect(error.message).toContain(problem);
    expectValidHistory(running.messages);
    expect(running.messages.length).toBeGreaterThan(1);
  });

  it("is none where the answer was cut off or ended by something else", async () => {
    for (const reason of ["length", "content-filter", "refusal"] as const) {
      const { result } = await whole(start(model({}, [text('{"name":'), finish(reason)]).gateway));
      expect([result.reason, result.output]).toEqual([reason, undefined]);
    }
  });

  it("is judged anew where something was said to the model meanwhile", async () => {
    const { gateway } = model({}, says(JSON.stringify(tokyo)), says('{"name":"Delhi","people":34}'));
    const running = start(gateway);
    for await (const event of running) {
      if (event.type === "text-delta" && event.text.includes("Tokyo"))
        running.steer({ role: "user", content: "Sure?" });
    }
    expect((await running.result()).output).toEqual({ name: "Delhi", people: 34 });
  });

  it("is asked for by each model in its own way", async () => {
    const failing = streaming(
      // biome-ignore lint/correctness/useYield: it fails before it says anything.
      async function* () {
        throw new GatewayError("No.", { gateway: "fake", code: "payment-required" });
      },
    );
    const { gateway, requests } = model({ structuredOutput: false }, takes(tokyo));
    const fallbacks = [{ gateway, model: "other" }];
    expect((await start(failing, { fallbacks }).result()).output).toEqual(tokyo);
    expect(requests[0]?.tools.map(({ name }) => name)).toEqual(["final_answer"]);
  });

  it("is kept where the run goes on in another process", async () => {
    const ask: Tool = { ...look, approval: "always" };
    const both: Answer = [...call("1", "look"), ...takes(tokyo, "2")];
    const { gateway } = model({ structuredOutput: false }, both);
    const running = start(gateway, { tools: [ask] });
    expect(await running.result()).toMatchObject({ reason: "paused", output: undefined });
    const snapshot = JSON.parse(JSON.stringify(running.snapshot()));
    const resumed = resume(snapshot, { gateway, model: "small", tools: [ask], responseFormat: city });
    resumed.approve("1");
    expect(await resumed.result()).toMatchObject({ reason: "stop", output: tokyo, steps: 1 });
  });

  it("has to have a schema that can be shown", () => {
    const bare = { "~standard": { ...city["~standard"], jsonSchema: undefined } } as never;
    expect(() => start(answering(says("")), { responseFormat: bare })).toThrow(
      'run: "responseFormat" is a test schema without a JSON Schema, which the model must be shown.',
    );
  });
});
