import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Playground } from "./program.ts";
import { hasTerminals, Terminal } from "./terminal.ts";

const demo = fileURLToPath(new URL("..", import.meta.url));
const name = "waygate-plugin-acme";

let playground: Playground;
let terminal: Terminal | undefined;

beforeEach(({ onTestFailed }) => {
  onTestFailed(() => console.error(`What was shown:\n${terminal?.text}`));
  terminal = undefined;
  playground = new Playground();
  installProgram();
});

afterEach(() => {
  terminal?.close();
  playground.clear();
});

/** The program with its dependencies in a folder of packages, as a package manager puts them beside one another. */
function installProgram(): void {
  const app = playground.outside("app");
  const modules = join(app, "node_modules");
  mkdirSync(join(modules, "@waygate"), { recursive: true });
  cpSync(join(demo, "src"), join(app, "src"), { recursive: true });
  cpSync(join(demo, "package.json"), join(app, "package.json"));
  for (const folder of ["", "@waygate"]) {
    for (const entry of readdirSync(join(demo, "node_modules", folder))) {
      if (entry.startsWith(".") || entry === "@waygate") continue;
      symlinkSync(realpathSync(join(demo, "node_modules", folder, entry)), join(modules, folder, entry));
    }
  }
  playground.program = [...playground.program.slice(0, -1), join(app, "src", "main.ts")];
}

/** Puts a package beside the program, as a dependency of a dependency may be. Its code leaves a file behind. */
function installPlugin(version = "1.2.3"): string {
  const folder = playground.outside(join("app/node_modules", name));
  const write = (file: string, content: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  };
  const waygate = { id: "acme", name: "The acme", settingsKey: "acme", contract: 1, env: ["ACME_KEY"] };
  const description = { name, version, type: "module", keywords: ["waygate-plugin"], waygate };
  write("package.json", JSON.stringify(description));
  write(
    "index.js",
    `import { writeFileSync } from "node:fs";
    writeFileSync(import.meta.dirname + "/ran", "");
    export default {
      id: "acme", name: "The acme", settingsKey: "acme", contract: 1, instances: "one",
      capabilities: {},
      credentials: () => [{ id: "api_key", label: "API key", env: ["ACME_KEY"] }],
      settingsSchema: () => ({ type: "object" }),
      prepare: () => ({
        ok: true,
        unknownKeys: [],
        open: () => ({
          models: async () => [{ id: "only", name: "Only", capabilities: {}, origin: { id: "gateway" } }],
          async *stream() {
            yield { type: "text-delta", text: "From the acme." };
            yield { type: "finish", reason: "stop" };
          },
        }),
      }),
    };`,
  );
  return folder;
}

const ran = (folder: string) => existsSync(join(folder, "ran"));
const key = { environment: { ACME_KEY: "sk-acme" } };

describe("a package that was found by its keyword", () => {
  it("is listed and runs nothing, until it is confirmed with --yes; another version asks again", async () => {
    const folder = installPlugin();
    for (const args of [["models"], ["keys"], ["doctor"], ["schema"], ["plugins"], ["settings", "get"]]) {
      const { stdout } = await playground.run(args, key);
      if (args[0] !== "plugins" && args[0] !== "doctor") expect(stdout).not.toContain("acme");
    }
    const unknown = await playground.run(["chat", "Hello there", "--model", "acme:only"], key);
    expect(unknown).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`"${name}" is installed, but not confirmed`),
    });
    expect(ran(folder)).toBe(false);

    const hint = `To confirm it: waygate plugins confirm ${name}\n`;
    const list = await playground.run(["plugins"]);
    expect(list.stdout).toContain(`${name} 1.2.3 in ${folder}: not confirmed, does not run, found by its keyword\n`);
    expect(list.stdout).toContain(hint);
    expect(list.stdout).toMatch(/^openrouter: loaded, comes with the program$/m);
    expect((await playground.run(["doctor"])).stdout).toContain(`Not confirmed: ${name} 1.2.3 in ${folder}. ${hint}`);
    const json = (await playground.run(["plugins", "--json"])).stdout.trim().split("\n");
    expect(JSON.parse(json.at(-1) ?? "")).toMatchObject({
      type: "plugin",
      package: name,
      version: "1.2.3",
      folder,
      state: "unconfirmed",
    });

    const asked = await playground.run(["plugins", "confirm", name]);
    expect(asked).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining(`waygate plugins confirm ${name} --yes`),
    });
    expect(asked.stderr).toContain(`${name} 1.2.3 in ${folder}`);
    const misspelt = await playground.run(["plugins", "confirm", "waygate-plugin-acne", "--yes"]);
    expect(misspelt).toMatchObject({ code: 2, stderr: expect.stringContaining(`Did you mean "${name}"?`) });
    expect(await playground.run(["plugins", "confirm", name, "--yes"])).toEqual({
      code: 0,
      stdout: "",
      stderr: `Confirmed: ${name} 1.2.3 in ${folder}. It runs when it is used.\n`,
    });
    expect(ran(folder)).toBe(false);
    const answer = await playground.run(["chat", "Hello there", "--model", "acme:only"], key);
    expect(answer).toMatchObject({ code: 0, stdout: "From the acme.\n" });
    expect(ran(folder)).toBe(true);

    rmSync(join(folder, "ran"));
    installPlugin("1.2.4");
    const changed = await playground.run(["plugins"]);
    expect(changed.stdout).toContain(`${name} 1.2.4 in ${folder}: not confirmed`);
    expect(changed.stdout).toContain("It has changed since it was confirmed");
    expect(await playground.run(["models"], key)).not.toMatchObject({ stdout: expect.stringContaining("acme") });
    expect(ran(folder)).toBe(false);

    expect(await playground.run(["plugins", "revoke", name])).toMatchObject({ code: 0 });
    expect(await playground.run(["plugins", "revoke", name])).toMatchObject({ code: 2 });
    for (const words of [["confirm"], ["revoke"], ["install", "x"], ["list", "x"], ["confirm", "a", "b"]]) {
      expect(await playground.run(["plugins", ...words])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("It is:"),
      });
    }
  });

  it.skipIf(!hasTerminals)(
    "asks at a terminal, with its name, version and folder (needs the `script` of util-linux)",
    async () => {
      const folder = installPlugin();
      terminal = new Terminal(playground, ["plugins", "confirm", name]);
      await terminal.until("May it run?");
      expect(terminal.text.replaceAll(/\s+/g, " ")).toContain(`${name} 1.2.3 in ${folder}`);
      terminal.type("n");
      expect(await terminal.exitCode).toBe(0);
      expect(terminal.text).toContain("Nothing was confirmed.");
      terminal = new Terminal(playground, ["plugins", "confirm", name]);
      await terminal.until("May it run?");
      terminal.type("y");
      expect(await terminal.exitCode).toBe(0);
      const { stdout } = await playground.run(["plugins"]);
      expect(stdout).toContain(`${name} 1.2.3 in ${folder}: runs when it is used, found by its keyword`);
      expect(ran(folder)).toBe(false);
    },
  );
});
