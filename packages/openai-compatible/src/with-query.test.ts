import { expect, it } from "vitest";
import { withoutQuery, withQuery } from "./with-query.ts";

it.each([
  ["https://h/v1", [], "https://h/v1"],
  ["https://h/v1?a=%2F+b", [{}], "https://h/v1?a=%2F+b"],
  ["https://h/v1?a=%2F+b&&c", [{ d: "/ é" }], "https://h/v1?a=%2F+b&c&d=%2F%20%C3%A9"],
  ["https://h/v1?a%20b=1&a=2", [{ "a b": 3 }], "https://h/v1?a=2&a%20b=3"],
  ["https://h/v1?a=1&a=2", [{ a: "" }], "https://h/v1?a="],
  ["https://h", [{ a: 1, b: 2 }, { a: true }], "https://h/?a=true&b=2"],
])("%s with %j is %s", (address, added, whole) => {
  expect(withQuery(address, ...added)).toBe(whole);
});

it("is shown without what may be secret", () => {
  expect(withoutQuery("https://h/v1?key=secret#part")).toBe("https://h/v1");
});
