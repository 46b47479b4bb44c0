import { readFileSync } from "node:fs";
import { hostErrorCodes } from "@waygate/host";
import { expect, it } from "vitest";

it("the README lists every code of a HostError, and no other", () => {
  const readme = readFileSync(`${import.meta.dirname}/../README.md`, "utf8");
  const section = readme.split("## Errors")[1] ?? "";
  const rows = [...section.matchAll(/^\| `([a-z-]+)` +\| (.*?) +\|$/gm)].map(([, code, meaning]) => [code, meaning]);
  expect(Object.fromEntries(rows)).toEqual(hostErrorCodes);
});
