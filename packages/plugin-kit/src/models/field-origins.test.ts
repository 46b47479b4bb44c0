import { expect, it } from "vitest";
import { FieldOrigins } from "./field-origins.ts";

it("chooses settings before the service's list, and that before the default", () => {
  const origins = new FieldOrigins();
  origins.record("id", "gateway");
  expect(origins.choose("name", { settings: "Mine", gateway: "Theirs", default: "m" })).toBe("Mine");
  expect(origins.choose("contextWindow", { gateway: 1000, default: 500 })).toBe(1000);
  expect(origins.choose("maxOutputTokens", { default: 100 })).toBe(100);
  expect(origins.choose("pricing", {})).toBeUndefined();
  expect(origins.origin).toEqual({
    id: "gateway",
    name: "settings",
    contextWindow: "gateway",
    maxOutputTokens: "default",
  });
});

it("chooses each capability for itself; false is a value", () => {
  const origins = new FieldOrigins();
  const capabilities = origins.chooseCapabilities({
    settings: { tools: false },
    gateway: { tools: true, images: true },
    default: { images: false, reasoning: true },
  });
  expect(capabilities).toEqual({ tools: false, images: true, reasoning: true });
  expect(origins.origin).toEqual({
    "capabilities.tools": "settings",
    "capabilities.images": "gateway",
    "capabilities.reasoning": "default",
  });
});
