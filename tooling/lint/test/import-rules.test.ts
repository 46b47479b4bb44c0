import { describe, expect, it } from "vitest";
import { checkImports, importRules } from "../src/import-rules.ts";
import { parseSource } from "../src/source-file.ts";
import type { Workspace } from "../src/workspace.ts";

const workspace: Workspace = [
  { name: "@waygate/core", folder: "packages/core", entries: [".", "./plugin", "./package.json"] },
  { name: "@waygate/openai-chat", folder: "packages/openai-chat", entries: ["."] },
  { name: "@waygate/host", folder: "packages/host", entries: ["."] },
  { name: "@waygate/http", folder: "packages/http", entries: ["."] },
  { name: "@waygate/newcomer", folder: "packages/newcomer", entries: ["."] },
  { name: "@waygate/demo", folder: "apps/demo", entries: [] },
  { name: "@waygate/bench", folder: "tooling/bench", entries: [] },
  { name: "@waygate/recordings", folder: "tooling/recordings", entries: ["."] },
];

/** The rules that one import breaks. */
function broken(path: string, code: string): readonly string[] {
  return checkImports(parseSource(path, code), workspace).map(({ rule }) => rule);
}

const core = "packages/core/src";
const gateway = "packages/newcomer/src/plugin.ts";
const demo = "apps/demo/src/main.ts";

const violations: readonly (readonly [rule: string, path: string, code: string])[] = [
  ["core-layers", `${core}/contract/event.ts`, 'import { fold } from "../stream/fold.ts";'],
  ["core-layers", `${core}/contract/event.ts`, 'import type { Registry } from "../registry/registry.ts";'],
  ["core-layers", `${core}/stream/fold.ts`, 'import { run } from "../run/run.ts";'],
  ["core-layers", `${core}/stream/fold.ts`, 'export { slot } from "../registry/slot.ts";'],
  ["core-layers", `${core}/registry/registry.ts`, 'import { run } from "../run/run.ts";'],
  ["core-layers", `${core}/run/run.ts`, 'export * from "../registry/registry.ts";'],
  ["core-layers", `${core}/run/run.ts`, 'const { guard } = await import("../registry/guard.ts");'],
  ["core-layers", `${core}/run/run.ts`, 'type Registry = import("../registry/registry.ts").Registry;'],
  ["core-layers", `${core}/run/run.ts`, 'import { run } from "../index.ts";'],
  ["core-layers", `${core}/plugin.ts`, 'export { run } from "./run/run.ts";'],
  ["core-layers", `${core}/leftovers/format.ts`, 'import type { Model } from "../contract/model.ts";'],
  ["core-dependencies", `${core}/contract/json.ts`, 'import { readFile } from "node:fs/promises";'],
  ["core-dependencies", `${core}/contract/json.ts`, 'import type { Readable } from "stream";'],
  ["core-dependencies", `${core}/contract/json.ts`, 'import * as v from "valibot";'],
  [
    "core-dependencies",
    `${core}/contract/settings.ts`,
    'import { type StandardSchemaV1 } from "@standard-schema/spec";',
  ],
  ["core-dependencies", `${core}/contract/json.ts`, "export const load = (name: string) => import(name);"],
  ["core-dependencies", `${core}/contract/json.ts`, 'const fs = require("fs");'],
  ["core-dependencies", `${core}/contract/json.ts`, 'import fs = require("fs");'],
  ["plugin-door", gateway, 'import { GatewayError } from "@waygate/core";'],
  ["plugin-door", "packages/openai-chat/src/stream.ts", 'import type { ModelEvent } from "@waygate/core";'],
  ["gateway-list", demo, 'import newcomer from "@waygate/newcomer";'],
  ["gateway-list", demo, 'const newcomer = await import("@waygate/newcomer");'],
  ["gateway-list", "packages/host/src/discovery.ts", 'import newcomer from "@waygate/newcomer";'],
  ["gateway-list", "packages/other/src/plugin.ts", 'export { newcomer } from "@waygate/newcomer";'],
  ["gateway-list", "tooling/recordings/src/index.ts", 'import newcomer from "@waygate/newcomer";'],
  ["container", gateway, 'import { injectable } from "tsyringe";'],
  ["container", "packages/host/src/host.ts", 'import "reflect-metadata";'],
  ["container", "tooling/bench/src/main.ts", 'import "reflect-metadata/lite";'],
  ["one-http", gateway, 'const { Agent } = await import("undici");'],
  ["one-http", "packages/host/src/network/network.ts", 'import type { Dispatcher } from "undici";'],
  ["package-internals", gateway, 'import { fold } from "@waygate/core/dist/stream/fold.js";'],
  ["package-internals", "packages/newcomer/test/x.test.ts", 'import { fold } from "@waygate/core/src/stream/fold.ts";'],
  ["package-internals", "tooling/bench/src/main.ts", 'import "@waygate/demo";'],
  ["package-internals", "tooling/bench/src/main.ts", 'const url = import.meta.resolve("@waygate/core/run");'],
  ["package-boundary", "packages/newcomer/test/x.test.ts", 'import { fold } from "../../core/src/stream/fold.ts";'],
  ["package-boundary", demo, 'import { replay } from "../../../tooling/recordings/src/index.ts";'],
  ["package-boundary", gateway, 'import manifest from "../../../package.json" with { type: "json" };'],
  ["package-boundary", "vitest.config.ts", 'import { errorCodes } from "./packages/core/src/index.ts";'],
];

const allowed: readonly (readonly [path: string, code: string])[] = [
  [`${core}/contract/settings.ts`, 'import type { StandardSchemaV1 } from "@standard-schema/spec";'],
  [`${core}/stream/fold.ts`, 'import type { ModelEvent } from "../contract/event.ts";'],
  [`${core}/registry/guard.ts`, 'import { EventOrder } from "../stream/order.ts"; import "./slot.ts";'],
  [
    `${core}/run/run.ts`,
    'import { fold } from "../stream/fold.ts"; import "../contract/error.ts"; import "./loop.ts";',
  ],
  [`${core}/index.ts`, 'export { run } from "./run/run.ts"; export { createRegistry } from "./registry/registry.ts";'],
  [`${core}/run/run.test.ts`, 'import { createRegistry } from "../index.ts"; import { it } from "vitest";'],
  ["packages/core/test/types.test-d.ts", 'import { createRegistry } from "@waygate/core";'],
  [gateway, 'import { definePlugin } from "@waygate/core/plugin"; import * as v from "valibot"; import "node:fs";'],
  [gateway, 'import { openChatService } from "@waygate/openai-chat"; import "./settings.ts";'],
  [gateway, 'import { openHttp } from "@waygate/http";'],
  ["packages/http/src/undici.ts", 'export type { Dispatcher } from "undici"; const undici = await import("undici");'],
  ["packages/newcomer/test/x.test.ts", 'import { Agent } from "undici";'],
  ["tooling/bench/src/floor.ts", 'import { request } from "undici";'],
  ["packages/newcomer/test/x.test.ts", 'import newcomer from "@waygate/newcomer"; import "@waygate/core";'],
  ["packages/newcomer/src/plugin.test.ts", 'import { createRegistry } from "@waygate/core"; import "../package.json";'],
  ["packages/host/src/host.ts", 'import { createRegistry } from "@waygate/core"; const load = (name) => import(name);'],
  ["apps/demo/src/plugins.ts", 'import newcomer from "@waygate/newcomer";'],
  [demo, 'import "reflect-metadata"; import { container } from "tsyringe"; import "@waygate/core";'],
  ["tooling/bench/src/main.ts", 'import newcomer from "@waygate/newcomer"; import "../peers/openai.ts";'],
];

describe("import rules", () => {
  it.each(violations)("%s: %s: %s", (rule, path, code) => {
    expect(broken(path, code)).toEqual([rule]);
  });

  it.each(allowed)("let pass: %s: %s", (path, code) => {
    expect(broken(path, code)).toEqual([]);
  });

  it("each have a violation that they catch", () => {
    expect(new Set(violations.map(([rule]) => rule))).toEqual(new Set(importRules.map(({ id }) => id)));
  });

  it("are not led astray by text that looks like an import", () => {
    expect(broken(`${core}/run/run.ts`, "// import x from 'node:fs'\nconst text = `import x from 'node:fs'`;")).toEqual(
      [],
    );
  });

  it("name the line", () => {
    expect(checkImports(parseSource(demo, '\n\nimport "@waygate/newcomer";'), workspace)).toMatchObject([{ line: 3 }]);
  });
});
