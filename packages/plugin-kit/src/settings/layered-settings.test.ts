import type { NoticeEvent } from "@waygate/core/plugin";
import { expect, it } from "vitest";
import { layFields } from "./lay-fields.ts";
import { type Layered, LayeredSettings } from "./layered-settings.ts";

interface Settings {
  readonly name?: string;
  readonly limit?: number;
  readonly private?: boolean;
  readonly tags?: readonly string[];
}

/** `private` can only be tightened. */
function lay(below: Settings, above: Settings): Layered<Settings> {
  const settings = layFields<Settings, Settings>(below, above, { tags: (lower, upper) => [...lower, ...upper] });
  if (below.private !== true || above.private !== false) return { settings, ignored: [] };
  return { settings: { ...settings, private: true }, ignored: ["private: false"] };
}

function layered(options: Partial<ConstructorParameters<typeof LayeredSettings<Settings>>[0]>) {
  const notices: Omit<NoticeEvent, "type">[] = [];
  const notice = (said: Omit<NoticeEvent, "type">) => void notices.push(said);
  return { of: new LayeredSettings<Settings>({ patterns: {}, models: [], lay, notice, ...options }), notices };
}

it("lays patterns over one another in their order, and the model's own entry over them", () => {
  const { of } = layered({
    patterns: { "*": { limit: 1, tags: ["all"] }, "a/*": { limit: 2, tags: ["a"] }, "b/*": { limit: 3 } },
    models: [{ name: "a/x", limit: 9 }, { name: "a/x", tags: ["own"] }, { name: "a/y" }],
  });
  expect(of.of("a/x")).toEqual({ limit: 2, tags: ["all", "a", "own"] });
  expect(of.of("b/x")).toEqual({ limit: 3, tags: ["all"] });
  expect(of.of("c")).toEqual({ limit: 1, tags: ["all"] });
});

it("finds the settings of a variant under its base as well, the more general first", () => {
  const { of } = layered({
    patterns: { "m*": { limit: 1 } },
    models: [
      { name: "m:fast", tags: ["fast"] },
      { name: "m", limit: 2, tags: ["base"] },
    ],
    namesOf: (model) => [model.replace(/:.*/, ""), model],
  });
  expect(of.of("m:fast")).toEqual({ limit: 2, tags: ["base", "fast"] });
  expect(of.of("m")).toEqual({ limit: 2, tags: ["base"] });
});

it("reports what the ratchet did not let through, once, and where it stands", () => {
  const { of, notices } = layered({
    patterns: { "*": { private: true }, "a/*": { private: false } },
    models: [{ name: "a/x", private: false }],
  });
  expect(of.of("a/y")).toEqual({ private: true });
  expect(of.of("a/y")).toEqual({ private: true });
  expect(notices.map(({ message }) => message)).toEqual([
    'The settings would loosen routing that can only be tightened: private: false (of "a/*") had no effect.',
  ]);
  expect(of.of("a/x")).toEqual({ private: true });
  expect(notices.map(({ code }) => code)).toEqual(["routing-not-loosened", "routing-not-loosened"]);
  expect(notices[1]?.message).toContain('(of "a/x")');
  expect(notices[1]?.message).not.toContain('"a/*"');
});
