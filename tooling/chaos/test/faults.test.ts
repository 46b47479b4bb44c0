import { describe, expect, it } from "vitest";
import { faultKinds, noFault } from "../src/faults/catalog.ts";
import type { FaultKind, Scene } from "../src/faults/fault.ts";
import { answerOf, planScript } from "../src/plan/script.ts";
import { Random } from "../src/random.ts";
import type { Reply } from "../src/server/reply.ts";
import { chatCompletions } from "../src/wires/chat-completions.ts";
import { converse } from "../src/wires/converse.ts";
import type { Wire } from "../src/wires/wire.ts";

const wires: Readonly<Record<string, Wire>> = { chat: chatCompletions({ reasoning: "reasoning" }), converse };

function sceneOf(wire: Wire, detail: number): Scene {
  const random = new Random("test", detail);
  const answer = answerOf(planScript(random, false), 0, 0, detail);
  const encoded = wire.stream(answer, random, false);
  const words = () => "It went wrong.";
  return { random, wire, answer, encoded, alien: encoded, words, here: "http://a.test", elsewhere: "http://b.test" };
}

/** What is written until something endless begins. */
function bytesOf({ ops }: Reply): Buffer {
  return Buffer.concat(ops.map((op) => (op.type === "write" ? op.bytes : Buffer.alloc(0))));
}

describe.each(Object.entries(wires))("on the wire of %s", (_, wire) => {
  it.each([...faultKinds, noFault])("$name is made of its scene alone", (kind: FaultKind) => {
    for (let detail = 0; detail < 5; detail++) {
      const [first, second] = [kind.reply(sceneOf(wire, detail)), kind.reply(sceneOf(wire, detail))];
      expect(bytesOf(first).equals(bytesOf(second))).toBe(true);
      expect([first.whole, first.altered]).toEqual([second.whole, second.altered]);
      expect(first.ops.length).toBeGreaterThan(0);
    }
  });

  it("what is harmless gives the whole answer", () => {
    for (const kind of [noFault, ...faultKinds.filter(({ harmless }) => harmless)]) {
      for (let detail = 0; detail < 20; detail++) {
        const { whole, altered } = kind.reply(sceneOf(wire, detail));
        expect([kind.name, whole, altered]).toEqual([kind.name, true, false]);
      }
    }
  });
});
