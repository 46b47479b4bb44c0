import { type RunOptions, run, type Tool } from "@waygate/core";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { expectValidHistory } from "@waygate/valid-history";
import { describe, expect, it } from "vitest";
import { type FaultName, faults } from "./faults.ts";
import { eventually, Leftovers } from "./leftovers.ts";
import { tell } from "./scenario.ts";
import { type WireName, wireNames, wires } from "./wires.ts";

const reason = new Error("enough");
const call = { type: "tool-call", id: "look-1", name: "look", arguments: "{}" } as const;

interface Scene {
  readonly simulator: Simulator;
  readonly controller: AbortController;
  readonly ran: () => number;
  /** Lets the tool be done. */
  readonly release: () => void;
  /** Resolves when the tool has begun. */
  readonly atWork: Promise<void>;
  readonly start: (options?: Partial<RunOptions>) => ReturnType<typeof run>;
}

/** A run whose tool `look` works until it is released or told to stop; nothing is to be left of it. */
async function withTool(wireName: WireName, play: (scene: Scene) => Promise<void>): Promise<void> {
  const leftovers = new Leftovers();
  const controller = new AbortController();
  const signals = new Set([controller.signal]);
  await leftovers.of(async () => {
    const wire = wires[wireName];
    const simulator = await createSimulator(wire.simulator);
    const { registry, target } = wire.open(simulator);
    const begun = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    let ran = 0;
    const look: Tool = {
      name: "look",
      description: "Looks.",
      parameters: { type: "object" },
      readOnly: true,
      async execute(_args, { signal }) {
        ran += 1;
        signals.add(signal);
        begun.resolve();
        const stop = () => released.resolve();
        signal.addEventListener("abort", stop, { once: true });
        await released.promise;
        signal.removeEventListener("abort", stop);
        return "seen";
      },
    };
    const options: RunOptions = {
      ...target,
      messages: [{ role: "user", content: "Hello" }],
      tools: [look],
      signal: controller.signal,
      retry: { baseDelayMs: 1, maxDelayMs: 2 },
    };
    await play({
      simulator,
      controller,
      ran: () => ran,
      release: () => released.resolve(),
      atWork: begun.promise,
      start: (more) => run({ ...options, ...more }),
    });
    await eventually(() => simulator.openRequests, 0);
    await registry.close();
    await eventually(() => simulator.openConnections, 0);
    await simulator.close();
  });
  await leftovers.expectNone([...signals]);
}

const resultOf = (running: ReturnType<typeof run>) =>
  running.result().then(
    () => undefined,
    (error: unknown) => error,
  );

// Chat completions say only with the end of an answer that a call is complete: there is nothing beside it.
describe.concurrent("a fault in the rest of an answer, beside a tool at work, through bedrock", () => {
  const said = "assistant: look-1 ok {} | text One ";
  const breaking: readonly FaultName[] = [
    "a reset",
    "an early end",
    "a stall",
    "an error",
    "an error, then silence",
    "garbage",
  ];

  /** The fault strikes when the tool has begun. */
  const strike = ({ simulator, atWork }: Scene, fault: FaultName) => {
    const made = faults[fault]({ within: "text" });
    if (made === undefined) throw new Error(`There is no such thing as ${fault} in an answer.`);
    simulator.script({ parts: [call, { type: "text", text: ["One ", "two"] }] }, { text: "Done." });
    simulator.fault({ ...made, onStrike: () => atWork });
  };

  it.each(breaking)("%s is thrown, and the tool is told to stop", (fault) =>
    withTool("bedrock", async (scene) => {
      strike(scene, fault);
      const running = scene.start({ deadlines: { idleMs: 150 } });
      const error = await resultOf(running);
      expect((error as { partial?: unknown }).partial).toEqual(running.messages[1]);
      expectValidHistory(running.messages);
      expect(tell(running.messages).slice(1)).toEqual([said, "tool: look-1 error"]);
      expect([scene.ran(), scene.simulator.requests.length]).toEqual([1, 1]);
    }),
  );

  it.each(breaking)("%s is gone on from with the tool's result, which is waited for", (fault) =>
    withTool("bedrock", async (scene) => {
      strike(scene, fault);
      const running = scene.start({ deadlines: { idleMs: 150 }, onInterrupted: "continue" });
      const result = resultOf(running);
      await scene.atWork;
      await eventually(() => scene.simulator.openRequests, 0);
      scene.release();
      expect(await result).toBeUndefined();
      expectValidHistory(running.messages);
      expect(tell(running.messages).slice(1)).toEqual([said, "tool: look-1 seen", "assistant: text Done."]);
      expect([scene.ran(), scene.simulator.requests.length]).toEqual([1, 2]);
    }),
  );

  it("is an abort's as well: request and tool are both ended", () =>
    withTool("bedrock", async (scene) => {
      strike(scene, "a stall");
      const running = scene.start();
      const result = resultOf(running);
      await scene.atWork;
      scene.controller.abort(reason);
      expect(await result).toBe(reason);
      expectValidHistory(running.messages);
      expect(tell(running.messages)[2]).toBe("tool: look-1 error");
      await eventually(() => scene.simulator.requests[0]?.closedByClient, true);
    }));
});

describe.concurrent.each(wireNames)(
  "a connection that the service closes while a tool is at work, through %s",
  (wire) => {
    it.each(["end", "reset"] as const)("by %s is no failure", (how) =>
      withTool(wire, async (scene) => {
        scene.simulator.script({ parts: [call] }, { text: "Done." });
        const running = scene.start({ retry: false });
        const result = resultOf(running);
        await scene.atWork;
        await eventually(() => scene.simulator.openRequests, 0);
        scene.simulator.hangUp(how);
        await eventually(() => scene.simulator.openConnections, 0);
        // The client learns of it in a turn of its own.
        await new Promise((resolve) => setTimeout(resolve, 20));
        scene.release();
        expect(await result).toBeUndefined();
        expect(tell(running.messages).slice(1)).toEqual([
          "assistant: look-1 ok {}",
          "tool: look-1 seen",
          "assistant: text Done.",
        ]);
        expect([scene.ran(), scene.simulator.requests.length]).toEqual([1, 2]);
      }),
    );
  },
);
