import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { completions, Playground, serviceSettings } from "./program.ts";

let playground: Playground;
let simulator: Simulator;

beforeEach(async () => {
  playground = new Playground();
  simulator = await createSimulator({ models: ["test", "other"], apiKey: "sk-secret-key" });
});

afterEach(async () => {
  playground.clear();
  await simulator.close();
});

const key = { environment: { LOCAL_API_KEY: " sk-secret-key\n" } };

function service(more = ""): string {
  return `{
  "openai_compatible": {
    "local": {
      "api_url": "${simulator.url}",
      "available_models": [{ "name": "test", "max_tokens": 1000 }, { "name": "other", "max_tokens": 1000 }],
      ${more}
    },
  },
}`;
}

/** The gateways of `serviceSettings`. */
function services(): unknown {
  const settings = serviceSettings(simulator.url);
  return "language_models" in settings ? settings.language_models : {};
}

function modelAsked(): unknown {
  const body: unknown = completions(simulator).at(-1)?.body;
  return typeof body === "object" && body !== null && "model" in body ? body.model : undefined;
}

describe("settings", () => {
  it("of an editor work as they are, with the key from the environment", async () => {
    playground.settings(`// comment\n{ "theme": "x", "agent": {"profiles": {}}, "language_models": ${service()}, }`);
    const { code, stderr } = await playground.run(["chat", "Hello there"], key);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^[^\n]* in · [^\n]*\n$/);
    expect(completions(simulator).at(-1)?.headers.authorization).toBe("Bearer sk-secret-key");
    expect(modelAsked()).toBe("test");
  });

  it("name the default model, and how much it thinks", async () => {
    const agent = { default_model: { provider: "local", model: "other", enable_thinking: true, effort: "low" } };
    playground.settings(`{"agent": ${JSON.stringify(agent)}, "language_models": ${service()}}`);
    expect(await playground.run(["chat", "Hello there"], key)).toMatchObject({ code: 0 });
    expect(completions(simulator).at(-1)?.body).toMatchObject({ model: "other", reasoning_effort: "low" });
    expect(await playground.run(["chat", "Hello there", "--effort", "high"], key)).toMatchObject({ code: 0 });
    expect(completions(simulator).at(-1)?.body).toMatchObject({ model: "other", reasoning_effort: "high" });
  });

  it("never show a key, not even a refused one", async () => {
    playground.settings(`{"language_models": ${service()}}`);
    const environment = { LOCAL_API_KEY: "sk-wrong-key-123" };
    const { code, stdout, stderr } = await playground.run(["chat", "--json", "Hello there"], { environment });
    expect(code).toBe(1);
    expect(stdout).toContain('"authentication"');
    expect(stdout + stderr).not.toContain("sk-wrong-key-123");
  });

  it("that are not JSON are refused with file, line and column", async () => {
    const file = playground.settings('{\n  "language_models": {\n    "a": 1\n    "b": 2\n  }\n}');
    expect(await playground.run(["chat", "Hello there"])).toEqual({
      code: 2,
      stdout: "",
      stderr: `error: ${file}:4:5: This is not valid JSON: a "," was expected between two entries.\n`,
    });
  });

  it("with an unknown key work, and say what was probably meant, and where", async () => {
    const file = playground.settings(`{"language_models": ${service('"custom_haeders": {},')}}`);
    const { code, stderr } = await playground.run(["chat", "Hello there"], key);
    expect(code).toBe(0);
    const [warning] = stderr.split("\n");
    expect(warning).toBe(
      `warning: ${file}:6:7: Unknown key "custom_haeders", which has no effect. Did you mean "custom_headers"?`,
    );
  });

  it("that are wrong refuse their own gateway, with the place, and no other", async () => {
    const broken = service().replace(
      '"local": {',
      '"broken": {\n      "api_url": 5, "available_models": []\n    },\n    "local": {',
    );
    const file = playground.settings(`{"language_models": ${broken}}`);
    const { code, stdout, stderr } = await playground.run(["chat", "Hello there"], key);
    expect({ code, said: stdout !== "" }).toEqual({ code: 0, said: true });
    expect(stderr).toMatch(/^warning: [^\n]*:4:18: language_models\.openai_compatible\.broken\.api_url: [^\n]*\n/);
    expect(stderr).toContain(file);
    const chosen = await playground.run(["chat", "Hello there", "--model", "broken:test"], key);
    expect(chosen.code).toBe(2);
    expect(chosen.stderr).toMatch(/^error: The settings of gateway "broken" are wrong\. [^\n]*\n$/m);
  });

  it("of which nothing can be used are an error, not a reason to simulate", async () => {
    playground.settings({ language_models: { openai_compatible: { broken: {} } } });
    const { code, stdout, stderr } = await playground.run(["chat", "Hello there"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/error: No gateway can be used: the settings of "broken" are wrong/);
  });

  it("for a gateway without a plugin are named, and do no harm", async () => {
    const file = playground.settings(
      `{"language_models": {\n  "anthropic_compatible": {},\n  "opnai_compatible": {},\n  ${service().trim().slice(1)} }`.replace(
        /,\s*}\s*}$/,
        "}}",
      ),
    );
    const { code, stderr } = await playground.run(["chat", "Hello there"], key);
    expect(code).toBe(0);
    expect(stderr).toContain(
      `warning: ${file}:2:3: There is no plugin for "anthropic_compatible" here, so its settings are ignored.\n`,
    );
    expect(stderr).toContain(
      `${file}:3:3: There is no plugin for "opnai_compatible" here, so its settings are ignored. Did you mean "openai_compatible"?\n`,
    );
  });

  it("whose default model cannot be had say where it is named", async () => {
    const agent = { default_model: { provider: "anthropic", model: "claude" } };
    const file = playground.settings(`{\n  "agent": ${JSON.stringify(agent)},\n  "language_models": ${service()}}`);
    const { code, stderr } = await playground.run(["chat", "Hello there"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: [^\n]*:2:29: There is no gateway "anthropic"\.[^\n]*\n$/);
    expect(stderr).toContain(file);
    expect(await playground.run(["chat", "Hello there", "--model", "local:test"], key)).toMatchObject({ code: 0 });
  });

  it("may stand in any file that exists", async () => {
    const file = playground.write("other.json", JSON.stringify(serviceSettings(simulator.url)));
    expect(await playground.run(["chat", "Hello there", "--settings", file], key)).toMatchObject({ code: 0 });
    expect(await playground.run(["chat", "Hello there", "--settings", "none.json"])).toEqual({
      code: 2,
      stdout: "",
      stderr: `error: There is no settings file "${join(playground.folder, "none.json")}".\n`,
    });
  });
});

describe("which file", () => {
  it("is Zed's own where that is asked for, and not two", async () => {
    playground.settings({});
    mkdirSync(playground.outside("config/zed"), { recursive: true });
    const zed = { theme: "One", language_models: { anthropic: {}, ...JSON.parse(JSON.stringify(services())) } };
    writeFileSync(playground.outside("config/zed/settings.json"), JSON.stringify(zed));
    const { code, stdout, stderr } = await playground.run(["models", "--zed"]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "local:test  100k context\n", stderr: "" });
    expect(await playground.run(["models", "--zed", "--settings", "x.json"])).toMatchObject({ code: 2 });
  });

  it("has a project's laid over it, which chooses models and has no say in addresses", async () => {
    playground.settings(`{"language_models": ${service()}}`);
    const model = { provider: "local", model: "other" };
    playground.write(
      ".waygate/settings.json",
      JSON.stringify({
        agent: { default_model: model },
        language_models: { openai_compatible: { local: { api_url: "https://elsewhere.example/v1" } } },
      }),
    );
    const { code, stderr } = await playground.run(["chat", "Hello there"], key);
    expect(code).toBe(0);
    expect(modelAsked()).toBe("other");
    expect(stderr).toMatch(/^warning: [^\n]*\.waygate[^\n]*api_url/m);
  });
});

describe("without any settings", () => {
  it("the simulator answers, and that is said", async () => {
    const { code, stdout, stderr } = await playground.run(["chat", "Hello there"]);
    expect(code).toBe(0);
    expect(stdout).toContain("simulator");
    expect(stderr).toContain("No gateway is configured");
    expect(stderr).toContain("settings.json");
  });

  it("it can be asked for by name, with each way to fail, and is not loaded otherwise", async () => {
    const { code, stderr } = await playground.run(["chat", "Hello there", "--model", "simulator:simulator:status-401"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: Gateway "simulator" answered 401: /);
  });
});
