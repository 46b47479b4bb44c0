import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";

const root = new URL("../src/", import.meta.url);

interface Import {
  readonly from: string;
  readonly to: string;
  /** Only for its types, gone when the program runs. */
  readonly typeOnly: boolean;
}

const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
  .map((path) => ({ path, text: readFileSync(new URL(path, root), "utf8") }));

const imports: readonly Import[] = sources.flatMap(({ path, text }) =>
  [...text.matchAll(/^(?:import|export)( type)? [^;]*? from "([^"]+)";$/gm)].map(([, type, to = ""]) => ({
    from: path,
    to: to.startsWith(".") ? new URL(to, new URL(path, root)).href.replace(root.href, "") : to,
    typeOnly: type !== undefined,
  })),
);

describe("core", () => {
  it("was read", () => {
    expect(sources.map(({ path }) => path)).toContain("run/run.ts");
    expect(imports).toContainEqual({ from: "run/run.ts", to: "run/running.ts", typeOnly: false });
    expect(imports).toContainEqual({ from: "run/run.ts", to: "run/options.ts", typeOnly: true });
  });

  it("has no import that was not read", () => {
    for (const { path, text } of sources) {
      expect(imports.filter(({ from }) => from === path).length, path).toBe(
        text.match(/^(?:import|export|}).* from "/gm)?.length ?? 0,
      );
      expect(text, path).not.toMatch(/\bimport\(|\brequire\(|^import "/m);
    }
  });

  it("needs nothing but itself when it runs", () => {
    const paths = new Set(sources.map(({ path }) => path));
    const outside = imports.filter(({ to, typeOnly }) => !typeOnly && !paths.has(to));
    expect(outside).toEqual([]);
  });

  it("knows nothing of Node, nor any package but the Standard Schema's types", () => {
    const outside = imports.filter(({ to }) => !/^(contract|stream|registry|run)\//.test(to)).map(({ to }) => to);
    expect(new Set(outside)).toEqual(new Set(["@standard-schema/spec"]));
    for (const { path, text } of sources) {
      // Advice in an error message may name them.
      const code = text.replaceAll(/"[^"\n]*"|'[^'\n]*'/g, '""');
      expect(code, path).not.toMatch(/\b(process|Buffer|setImmediate)\b[.(]/);
    }
  });

  it("imports one way: contract, then stream, then registry and run, which never meet", () => {
    const allowed: Record<string, readonly string[]> = {
      contract: ["contract"],
      stream: ["contract", "stream"],
      registry: ["contract", "stream", "registry"],
      run: ["contract", "stream", "run"],
    };
    const astray = imports.filter(({ from, to }) => {
      const [folder = "", ...inner] = from.split("/");
      return inner.length > 0 && to !== "@standard-schema/spec" && !allowed[folder]?.includes(to.split("/")[0] ?? "");
    });
    expect(astray).toEqual([]);
  });

  it("does nothing when it is imported", async () => {
    const state = () => ({
      globals: Reflect.ownKeys(globalThis).map(String).sort(),
      listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
    });
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout" || name === "Immediate");
    vi.resetModules();
    const [before, running] = [state(), timers().length];
    await Promise.all([import("@waygate/core"), import("@waygate/core/plugin")]);
    expect(state()).toEqual(before);
    // The test runner's own timers may have run out meanwhile.
    expect(timers().length).toBeLessThanOrEqual(running);
  });
});
