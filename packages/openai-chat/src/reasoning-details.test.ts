import { expect, it } from "vitest";
import { ReasoningDetails } from "./reasoning-details.ts";

it("pieces may have keys that every object has: they are data like any other", () => {
  const details = new ReasoningDetails({ add: () => undefined } as never);
  details.add([{ type: "reasoning.text", index: 0, text: "a" }], false);
  details.add([JSON.parse('{ "type": "reasoning.text", "index": 0, "text": "b", "__proto__": { "id": "x" } }')], false);
  details.add([{ type: "reasoning.text", index: 0, constructor: "c" }], false);
  expect(JSON.stringify(details.take())).toBe(
    '[{"type":"reasoning.text","index":0,"text":"ab","__proto__":{"id":"x"},"constructor":"c"}]',
  );
});
