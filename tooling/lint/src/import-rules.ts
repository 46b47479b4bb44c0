import { isBuiltin } from "node:module";
import { posix } from "node:path";
import type { Import, SourceFile } from "./source-file.ts";
import type { Workspace, WorkspacePackage } from "./workspace.ts";

/** Which folders of core a folder of core may import. The doors, beside them, may import all; nobody imports a door. */
const layers: Readonly<Record<string, readonly string[]>> = {
  contract: ["contract"],
  stream: ["contract", "stream"],
  registry: ["contract", "stream", "registry"],
  run: ["contract", "stream", "run"],
};
const doors: Readonly<Record<string, readonly string[]>> = {
  "index.ts": ["contract", "stream", "registry", "run"],
  "plugin.ts": ["contract", "stream"],
};
const core = "@waygate/core";
const coreMayImport = "@standard-schema/spec";

/** Every other package in `packages/` is a gateway: a new one is held to the rules without being listed here. */
const noGateways = new Set([
  core,
  "@waygate/host",
  "@waygate/http",
  "@waygate/openai-chat",
  "@waygate/plugin-kit",
  "@waygate/plugin-testkit",
  "@waygate/simulator",
  "create-waygate-plugin",
]);
/** Packages for programs rather than for gateways: they open plugins, and so need the door for hosts. */
const hosts = new Set(["@waygate/host", "@waygate/plugin-testkit"]);
const gatewayList = "apps/demo/src/plugins.ts";
const usesGateways = ["tooling/bench/", "tooling/chaos/", "tooling/package-checks/"];
const http = "@waygate/http";
const containers = new Set(["tsyringe", "reflect-metadata"]);

/** An import with the places it leads from and to. */
interface Step {
  readonly from: Place;
  /** Undefined where the specifier is computed. */
  readonly to: Place | undefined;
  readonly import: Import;
}

interface Place {
  /** The file's path, or the specifier of what is imported by name. */
  readonly path: string;
  /** The package of this repository that it is in. */
  readonly package: WorkspacePackage | undefined;
  /** The npm package it names; undefined for a relative path. */
  readonly dependency: string | undefined;
}

interface ImportRule {
  readonly id: string;
  /** What is wrong, if anything. */
  check(step: Step): string | undefined;
}

export const importRules: readonly ImportRule[] = [
  {
    id: "core-layers",
    check({ from, to }) {
      const source = inCore(from);
      if (source === undefined || isTest(from.path)) return undefined;
      const allowed = doors[source] ?? layers[folderOf(source)];
      if (allowed === undefined)
        return `core has no place for "${source}": its folders are ${list(Object.keys(layers))}`;
      const target = to?.dependency === undefined && to !== undefined ? inCore(to) : undefined;
      if (target === undefined || allowed.includes(folderOf(target))) return undefined;
      return `"${source}" may import ${list(allowed)} of core, not "${target}"`;
    },
  },
  {
    id: "core-dependencies",
    check({ from, to, import: { typeOnly } }) {
      if (inCore(from) === undefined || isTest(from.path)) return undefined;
      if (to === undefined) return "core loads nothing whose name is computed";
      if (to.dependency === undefined || (to.dependency === coreMayImport && typeOnly)) return undefined;
      return `core runs anywhere and imports nothing: of packages it may have the types of ${coreMayImport} ("import type")`;
    },
  },
  {
    id: "plugin-door",
    check({ from, to }) {
      const name = from.package?.folder.startsWith("packages/") ? from.package.name : core;
      if (name === core || hosts.has(name) || isTest(from.path) || to?.path !== core) return undefined;
      return `a gateway or codec imports "${core}/plugin": what it lacks there is added to that door`;
    },
  },
  {
    id: "gateway-list",
    check({ from, to }) {
      const gateway =
        to?.dependency !== undefined && to.package !== undefined && isGateway(to.package) ? to : undefined;
      if (gateway === undefined || from.path === gatewayList || isTest(from.path)) return undefined;
      if (usesGateways.some((folder) => from.path.startsWith(folder))) return undefined;
      return `gateways are imported by ${gatewayList}, tests and tooling that measures, tries or packs them, by nothing else`;
    },
  },
  {
    id: "container",
    check({ from, to }) {
      if (to?.dependency === undefined || !containers.has(to.dependency)) return undefined;
      if (from.package?.folder === "apps/demo") return undefined;
      return `${to.dependency} lives in apps/demo alone: elsewhere functions take what they need`;
    },
  },
  {
    id: "one-http",
    check({ from, to }) {
      if (to?.dependency !== "undici" || !from.package?.folder.startsWith("packages/")) return undefined;
      if (from.package.name === http || isTest(from.path)) return undefined;
      return `undici is loaded by ${http} alone, which puts back what its loading replaces: take it from loadUndici()`;
    },
  },
  {
    id: "package-internals",
    check({ to }) {
      if (to?.dependency === undefined || to.package === undefined) return undefined;
      const entry = `.${to.path.slice(to.dependency.length)}`;
      if (to.package.entries.includes(entry)) return undefined;
      return `"${to.dependency}" does not export "${entry}"; it exports ${list(to.package.entries) || "nothing"}`;
    },
  },
  {
    id: "package-boundary",
    check({ from, to }) {
      if (to === undefined || to.dependency !== undefined || from.package === to.package) return undefined;
      return `a relative path stays inside its package; another package is imported by its name`;
    },
  },
];

export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

export function checkImports(file: SourceFile, workspace: Workspace): readonly Finding[] {
  const from: Place = { path: file.path, package: packageAt(file.path, workspace), dependency: undefined };
  return file.imports.flatMap((imported) => {
    const step = { from, to: placeOf(imported.specifier, file.path, workspace), import: imported };
    return importRules.flatMap(({ id, check }): readonly Finding[] => {
      const message = check(step);
      return message === undefined ? [] : [{ path: file.path, line: imported.line, rule: id, message }];
    });
  });
}

function placeOf(specifier: string | undefined, importer: string, workspace: Workspace): Place | undefined {
  if (specifier === undefined) return undefined;
  if (/^\.{0,2}\//.test(specifier) || specifier === "." || specifier === "..") {
    const path = posix.join(posix.dirname(importer), specifier);
    return { path, package: packageAt(path, workspace), dependency: undefined };
  }
  const dependency = isBuiltin(specifier) ? specifier : (/^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier);
  return { path: specifier, package: workspace.find(({ name }) => name === dependency), dependency };
}

function packageAt(path: string, workspace: Workspace): WorkspacePackage | undefined {
  return workspace.find(({ folder }) => path.startsWith(`${folder}/`));
}

/** The path below core's `src`, if it is there. */
function inCore({ path }: Place): string | undefined {
  const source = "packages/core/src/";
  return path.startsWith(source) ? path.slice(source.length) : undefined;
}

function folderOf(path: string): string {
  return path.split("/", 1)[0] ?? path;
}

function isGateway({ name, folder }: WorkspacePackage): boolean {
  return folder.startsWith("packages/") && !noGateways.has(name);
}

export function isTest(path: string): boolean {
  return /\.test(?:-d)?\.ts$/.test(path) || /^\w+\/[^/]+\/test\//.test(path);
}

function list(words: readonly string[]): string {
  return words.join(", ");
}
