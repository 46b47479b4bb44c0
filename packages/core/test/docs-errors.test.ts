import { readFileSync } from "node:fs";
import { defaultDeadlines, errorCodes, GatewayError, phases } from "@waygate/core";
import { describe, expect, it } from "vitest";

const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");

/** The first column of a table, by the heading of that column. */
function namesUnder(heading: string): readonly string[] {
  const [, rows = ""] = new RegExp(`^\\| ${heading} .*\\n\\|[-| ]+\\n((?:\\|.*\\n)+)`, "m").exec(page) ?? [];
  return [...rows.matchAll(/^\| `([a-zA-Z-]+)` /gm)].map(([, name = ""]) => name);
}

describe("docs/errors.md", () => {
  it("lists every code as it is, and no other", () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (yes|no) +\| (.+?) +\|$/gm)];
    const written = rows.map(([, code, retryable, meaning]) => [code, { retryable: retryable === "yes", meaning }]);
    expect(Object.fromEntries(written)).toEqual(errorCodes);
  });

  it("lists every field, and no other", () => {
    const error = new GatewayError("", { gateway: "a", code: "protocol", cause: "none" });
    const fields = [...Object.keys(error), "message", "cause"];
    expect([...namesUnder("Field")].sort()).toEqual(fields.sort());
  });

  it("lists every phase, and no other", () => {
    expect(namesUnder("Phase")).toEqual(phases);
  });

  it("lists every deadline with its default", () => {
    const units: Readonly<Record<string, number>> = { minutes: 60_000, seconds: 1000 };
    const rows = [...page.matchAll(/^\| `[a-z-]+` +\| `(\w+)` +\| (\d+) (minutes|seconds) +\|/gm)];
    const written = rows.map(([, name, count, unit = ""]) => [name, Number(count) * (units[unit] ?? 0)]);
    expect(Object.fromEntries(written)).toEqual(defaultDeadlines);
  });
});
