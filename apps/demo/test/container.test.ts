import "reflect-metadata";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import { parseArguments } from "../src/arguments.ts";
import { compose, dispose } from "../src/container.ts";
import { plugins } from "../src/plugins.ts";
import { Interrupts } from "../src/terminal/interrupts.ts";
import { tokens } from "../src/tokens.ts";
import { Playground, serviceSettings } from "./program.ts";

let playground: Playground;

beforeEach(() => {
  playground = new Playground();
});

afterEach(() => playground.clear());

async function composed() {
  const { stdin, stdout, stderr } = process;
  const program = await compose({
    surroundings: { stdin, stdout, stderr, environment: playground.environment },
    arguments: parseArguments([], playground.folder),
    interrupts: new Interrupts(() => undefined),
  });
  onTestFinished(() => dispose(program));
  return program;
}

it("resolves every plugin, and one host of all of them", async () => {
  playground.settings(serviceSettings("http://127.0.0.1:9/v1"));
  const program = await composed();
  expect(program.resolveAll(tokens.plugin)).toEqual(plugins);
  expect(program.resolve(tokens.host)).toBe(program.resolve(tokens.host));
  expect(program.resolve(tokens.host).registry.gateways()).toContainEqual(
    expect.objectContaining({ id: "local", state: "ready" }),
  );
});

it("gives each conversation a scope of its own", async () => {
  playground.settings(serviceSettings("http://127.0.0.1:9/v1"));
  const open = (await composed()).resolve(tokens.openConversation);
  const choice = { gateway: "local", model: "test", reasoning: undefined };
  const [one, other] = [open(choice), open(choice)];
  expect(one.conversation).not.toBe(other.conversation);
  expect(one.workspace).not.toBe(other.workspace);
  expect(one.conversation.tools.map(({ name }) => name)).toEqual([
    "list_files",
    "read_file",
    "search_files",
    "write_file",
    "run_command",
    "delegate",
  ]);
});

it("is a program of its own each time, with nothing in the global container", async () => {
  const [one, other] = [await composed(), await composed()];
  expect(one.resolve(tokens.host)).not.toBe(other.resolve(tokens.host));
});

it("is known to nobody but the composition root and the entry point", () => {
  const source = fileURLToPath(new URL("../src", import.meta.url));
  const importing =
    /^import (?!type\b)[^;]*from "(?:tsyringe|\.{1,2}\/container\.ts)"|\bimport\("\.{1,2}\/container\.ts"\)/m;
  const importers = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .filter((path) => importing.test(readFileSync(join(source, path), "utf8")));
  expect(importers.sort()).toEqual(["container.ts", "main.ts"]);
});
