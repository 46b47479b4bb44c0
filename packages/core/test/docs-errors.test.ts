import { readFileSync } from "node:fs";
import { errorCodes } from "@waygate/core";
import { expect, it } from "vitest";

it("docs/errors.md lists every code as it is, and no other", () => {
  const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (yes|no) +\| (.+?) +\|$/gm)];
  const written = rows.map(([, code, retryable, meaning]) => [code, { retryable: retryable === "yes", meaning }]);
  expect(Object.fromEntries(written)).toEqual(errorCodes);
});
