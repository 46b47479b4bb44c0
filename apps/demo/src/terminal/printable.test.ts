import { expect, it } from "vitest";
import { printable } from "./printable.ts";

it("keeps text, line breaks and tabs", () => {
  expect(printable("Grüße, 世界 🌍\n\tend")).toBe("Grüße, 世界 🌍\n\tend");
});

it("makes control sequences visible", () => {
  expect(printable("\u001b]52;c;cm0gLXJm\u0007")).toBe("␛]52;c;cm0gLXJm␇");
  expect(printable("\u001b[2J\u009b2J\u007f\0")).toBe("␛[2J\ufffd2J\u2421␀");
});

it("does not let a carriage return write over a line", () => {
  expect(printable("rm -rf /\rls\r\n")).toBe("rm -rf /ls\n");
});

it("does not let text be turned around", () => {
  expect(printable("a\u202eb\u2066c")).toBe("a\ufffdb\ufffdc");
});
