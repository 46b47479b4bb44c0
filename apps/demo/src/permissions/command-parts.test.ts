import { describe, expect, it } from "vitest";
import { commandParts, deletesTooMuch } from "./command-parts.ts";

it.each([
  ["ls && rm x", "rm x"],
  ["ls;rm x", "rm x"],
  ["ls | rm x", "rm x"],
  ["ls\nrm x", "rm x"],
  ["echo $(rm x)", "rm x"],
  ["echo `rm x`", "rm x"],
  ["cat <(rm x)", "rm x"],
  ["if true; then rm x; fi", "rm x"],
  ["(rm x)", "rm x"],
  ["{ rm x; }", "rm x"],
  ["! rm x", "rm x"],
  ["A=b C=d rm x", "rm x"],
  ["r\\m  x", "rm x"],
  ["'rm' \"x\"", "rm x"],
  ["rm x > out", "rm x"],
  ["time rm x", "rm x"],
])("%j may run %j", (command, part) => {
  expect(commandParts(command)).toContain(part);
});

it("gives up on what is too long, in no time", () => {
  expect(commandParts("x".repeat(20_001))).toBeUndefined();
  expect(commandParts("{".repeat(20_000))).toBeUndefined();
  expect(commandParts(`${"{".repeat(400)}${"x ".repeat(9000)}`)?.length).toBeGreaterThan(400);
});

describe("deleting too much", () => {
  it.each([
    "rm -rf /",
    "rm -fr /*",
    "rm -r -f ~",
    "rm -rf ~/",
    "rm -rf ~/*",
    "rm --recursive --force $HOME",
    `rm -rf $${"{HOME}"}/*`,
    "rm -rf .",
    "rm -rf ./*",
    "rm -rf *",
    "rm -rf ..",
    "rm -rf ../..",
    "rm / -rf",
    "rm -rf /tmp/../../",
    "rm -rf /tmp /",
    "sudo rm -Rf /",
    "/bin/rm -rf /",
    "ls && rm -rf /",
    "echo $(rm -rf ~)",
    "r\\m -rf '/'",
    "rm -rf x/..",
  ])("is found in %s", (command) => {
    expect(deletesTooMuch(commandParts(command) ?? [])).toBe(true);
  });

  it.each([
    "rm -rf x",
    "rm -rf ./x",
    "rm -rf ~/x",
    "rm -rf ../x",
    "rm x",
    "rm .",
    "ls -r /",
    "rm -rf /tmp/x",
    "rm -rf .git",
  ])("is not found in %s", (command) => {
    expect(deletesTooMuch(commandParts(command) ?? [])).toBe(false);
  });
});
