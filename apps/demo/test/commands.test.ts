import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commands } from "../src/arguments.ts";
import { completions, Playground, serviceSettings } from "./program.ts";
import { hasTerminals, keys, Terminal } from "./terminal.ts";

const secret = "sk-very-secret-42";

let playground: Playground;
let simulator: Simulator;
let file: string;

beforeEach(async () => {
  playground = new Playground();
  simulator = await createSimulator({ models: ["test", "other"], apiKey: secret });
  // No keychain of the machine is to hold what tests store.
  file = playground.settings(serviceSettings(simulator.url, { credential_store: "file" }));
});

afterEach(async () => {
  playground.clear();
  await simulator.close();
});

function lines(text: string): readonly Record<string, unknown>[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("waygate models", () => {
  it("finds models by words, and says where there is none", async () => {
    const environment = { LOCAL_API_KEY: secret };
    playground.settings({
      language_models: { openai_compatible: { local: { api_url: simulator.url, discover: true } } },
      agent: { favorite_models: [{ provider: "local", model: "other" }] },
    });
    const all = await playground.run(["models"], { environment });
    expect(all.stdout.split("\n").map((line) => line.split(" ")[0])).toEqual(["local:other", "local:test", ""]);
    const found = await playground.run(["models", "TES", "--json"], { environment });
    expect(found.code).toBe(0);
    expect(lines(found.stdout)).toEqual([
      expect.objectContaining({ type: "model", gateway: "local", id: "test", fetchedAt: expect.any(String) }),
    ]);
    expect(await playground.run(["models", "nothing"], { environment })).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "There is no such model.\n",
    });
  });

  it("asks once and remembers, unless told to ask anew", async () => {
    const environment = { LOCAL_API_KEY: secret };
    playground.settings({
      language_models: { openai_compatible: { local: { api_url: simulator.url, discover: true } } },
    });
    const asked = () => simulator.requests.filter(({ method }) => method === "GET").length;
    await playground.run(["models"], { environment });
    await playground.run(["models"], { environment });
    expect(asked()).toBe(1);
    await playground.run(["models", "--refresh"], { environment });
    expect(asked()).toBe(2);
    await simulator.close();
    const offline = await playground.run(["models", "--refresh", "--json"], { environment });
    expect(offline.code).toBe(1);
    expect(lines(offline.stdout).map(({ type }) => type)).toEqual(["model", "model", "error"]);
  });
});

describe("waygate keys", () => {
  it("stores a key from standard input, uses it, lists where it is, and removes it, without ever showing it", async () => {
    const stored = await playground.run(["keys", "set", "local"], { input: `${secret}\n` });
    expect(stored).toMatchObject({ code: 0, stdout: "" });
    expect(stored.stderr).toBe(`The API key of "local" is in the file, for ${simulator.url} alone.\n`);
    expect(await playground.run(["chat", "Hello there"])).toMatchObject({ code: 0 });
    const listed = await playground.run(["keys", "list"]);
    expect(listed.code).toBe(0);
    expect(listed.stdout).toMatch(/^local api_key +file$/m);
    const environment = { LOCAL_API_KEY: `${secret}-2` };
    const both = await playground.run(["keys", "list", "--json"], { environment });
    expect(lines(both.stdout).filter(({ gateway }) => gateway === "local")).toEqual([
      expect.objectContaining({
        credential: "api_key",
        origin: { kind: "environment", variable: "LOCAL_API_KEY" },
        overridden: true,
      }),
    ]);
    expect(await playground.run(["keys", "remove", "local"])).toMatchObject({
      code: 0,
      stderr: 'The key of "local" is removed.\n',
    });
    const fromEnvironment = await playground.run(["keys", "remove", "local"], { environment });
    expect(fromEnvironment.code).toBe(2);
    expect(fromEnvironment.stderr).toMatch(/^error: .*LOCAL_API_KEY.*\n$/);
    expect(await playground.run(["keys", "remove", "local"])).toMatchObject({
      code: 2,
      stderr: 'error: No key of "local" is stored.\n',
    });
    for (const { stdout, stderr } of [stored, listed, both, fromEnvironment]) {
      expect(stdout + stderr).not.toContain(secret);
    }
  });

  it.each([["set", "local", secret], ["set", "local", "api_key", secret], [secret]])(
    "take no key as an argument, and do not repeat it: %s",
    async (...words) => {
      const { code, stdout, stderr } = await playground.run(["keys", ...words, "--json"]);
      expect(code).toBe(2);
      expect(stdout + stderr).not.toContain(secret);
      expect(stderr).toMatch(/^error: [^\n]* key [^\n]*\n$/i);
    },
  );

  it("need no name where a gateway needs one, and are not asked for where it takes several", async () => {
    const stored = await playground.run(["keys", "set", "openrouter"], { input: "sk-or-v1-of-this-test" });
    expect(stored).toMatchObject({ code: 0, stderr: expect.stringContaining('The API key of "openrouter" is in') });
    expect(await playground.run(["keys", "remove", "openrouter", "--json"])).toMatchObject({
      stdout: '{"type":"key-removed","gateway":"openrouter","credential":"api_key"}\n',
    });
    const several = await playground.run(["keys", "set", "amazon-bedrock"], { input: "sk-bedrock-of-this-test" });
    expect(several.code).toBe(2);
    expect(several.stderr).toMatch(/takes several: say which is meant, access_key_id, .*bearer_token/);
  });

  it("are refused where they are none, or for nobody", async () => {
    expect(await playground.run(["keys", "set", "local"], { input: "\n" })).toMatchObject({ code: 2 });
    const unknown = await playground.run(["keys", "set", "lokal"], { input: secret });
    expect(unknown).toMatchObject({
      code: 2,
      stderr: 'error: There is no gateway "lokal". Did you mean "local"?\n',
    });
  });

  it.skipIf(!hasTerminals)("are typed unseen at a terminal (needs the `script` of util-linux)", async () => {
    const terminal = new Terminal(playground, ["keys", "set", "local"]);
    try {
      await terminal.until("Key for local: ");
      terminal.type(`x${"\u007f"}${secret}`);
      terminal.type(keys.enter);
      await terminal.until('The API key of "local" is in the file');
      expect(await terminal.exitCode).toBe(0);
      expect(terminal.raw).not.toContain(secret);
    } finally {
      terminal.close();
    }
    const interrupted = new Terminal(playground, ["keys", "set", "local"]);
    await interrupted.until("Key for local: ");
    interrupted.type(`half${keys.ctrlC}`);
    expect(await interrupted.exitCode).toBe(130);
    expect(await playground.run(["chat", "Hello there"])).toMatchObject({ code: 0 });
  });
});

describe("waygate settings", () => {
  it("names the file, shows values, and writes them beside what stands there", async () => {
    playground.settings('{\n  // Mine.\n  "agent": {},\n}\n');
    expect(await playground.run(["settings"])).toMatchObject({ code: 0, stdout: `${file}\n` });
    const model = JSON.stringify({ provider: "simulator", model: "simulator" });
    const set = await playground.run(["settings", "set", "agent.default_model", model]);
    expect(set).toMatchObject({ code: 0, stdout: "" });
    expect(set.stderr).toMatch(/^Written: .*settings\.json:\d+:\d+\n$/);
    expect(readFileSync(file, "utf8")).toContain("// Mine.");
    expect(await playground.run(["settings", "get", "agent.default_model", "--json"])).toMatchObject({
      code: 0,
      stdout: `${model}\n`,
    });
    const whole = await playground.run(["settings", "get"]);
    expect(JSON.parse(whole.stdout)).toEqual({ agent: { default_model: JSON.parse(model) } });
  });

  it("takes a setting out, with its own comment, and says where there is none", async () => {
    playground.settings('{\n  // Mine.\n  "agent": {},\n  "proxy": "none", // Not today.\n}\n');
    const removed = await playground.run(["settings", "remove", "proxy"]);
    expect(removed).toEqual({ code: 0, stdout: "", stderr: `Removed from ${file}\n` });
    expect(readFileSync(file, "utf8")).toBe('{\n  // Mine.\n  "agent": {},\n}\n');
    expect(await playground.run(["settings", "remove", "proxy"])).toMatchObject({
      code: 2,
      stderr: "error: proxy is not set.\n",
    });
    const json = await playground.run(["settings", "remove", "agent", "--json"]);
    expect(lines(json.stdout)).toEqual([{ type: "settings-removed", path: "agent", file, line: 3, column: 12 }]);
    playground.write(".waygate/settings.json", '{"agent": {"favorite_models": []}}');
    expect(await playground.run(["settings", "remove", "agent.favorite_models"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("stands in the project's settings"),
    });
  });

  it("says what is wrong with a path or a value", async () => {
    expect(await playground.run(["settings", "get", "agent.none"])).toMatchObject({
      code: 2,
      stderr: "error: agent.none is not set.\n",
    });
    const text = await playground.run(["settings", "set", "proxy", "none"]);
    expect(text.code).toBe(2);
    expect(text.stderr).toMatch(/^error: The value is not JSON\. .*'"text"'\.\n$/);
    const json = await playground.run(["settings", "get", "a..b", "--json"]);
    expect(json.code).toBe(2);
    expect(lines(json.stdout)).toEqual([expect.objectContaining({ type: "error", code: "settings-path" })]);
    const wrong = await playground.run(["settings", "set", "language_models.openai_compatible.local.api_url", "5"]);
    expect(wrong.code).toBe(0);
    expect(wrong.stderr).toContain('Gateway "local" is not used.');
  });

  it("opens the file in the person's editor, also one that is broken, and says what is wrong afterwards", async () => {
    playground.settings("{ broken");
    const mend = playground.write("mend.sh", `#!/bin/sh\nprintf '%s' "$1" >"$2"\n`);
    chmodSync(mend, 0o755);
    const edit = (text: string) =>
      playground.run(["settings", "edit"], { environment: { EDITOR: `'${mend}' '${text}'` } });
    expect(await edit('{"agent": {}}')).toMatchObject({ code: 0 });
    expect(readFileSync(file, "utf8")).toBe('{"agent": {}}');
    const broken = await edit("{");
    expect(broken.code).toBe(2);
    expect(broken.stderr).toContain(`${file}:1:2: `);
    const failed = await playground.run(["settings", "edit"], { environment: { EDITOR: "false" } });
    expect(failed).toMatchObject({ code: 2, stderr: expect.stringContaining('The editor "false" failed.') });
  });

  it("makes a file that is not there yet", async () => {
    const path = playground.outside("new.json");
    expect(await playground.run(["settings", "set", "agent.x", "1", "--settings", path])).toMatchObject({ code: 0 });
    expect(existsSync(path)).toBe(true);
    expect(await playground.run(["settings", "get", "agent.x", "--settings", path])).toMatchObject({ stdout: "1\n" });
  });
});

describe("waygate schema", () => {
  it("describes the file with the settings of the plugins", async () => {
    const { code, stdout } = await playground.run(["schema"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      properties: { agent: {}, language_models: { properties: { openai_compatible: {} } } },
    });
    expect(lines((await playground.run(["schema", "--json"])).stdout)).toHaveLength(1);
  });
});

describe("waygate doctor", () => {
  const environment = { LOCAL_API_KEY: secret };

  it("finds all well, with a real tool call where it is asked for", async () => {
    const { code, stdout, stderr } = await playground.run(["doctor", "--probe"], { environment });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^✓ local\n/);
    expect(stdout).toContain(simulator.url);
    expect(stdout).toContain("environment variable LOCAL_API_KEY");
    expect(stdout).toContain("It called the tool and went on from its result.");
    expect(stdout).not.toContain(secret);
    const json = await playground.run(["doctor", "local", "--json"], { environment });
    expect(lines(json.stdout)).toEqual([
      expect.objectContaining({ type: "gateway", gateway: "local", ok: true, address: simulator.url }),
    ]);
    expect(json.stdout).not.toContain(secret);
  });

  it("tells of Bedrock how one is known there and where requests go, and of the last error that any program met", async () => {
    const credentials = { ZED_ACCESS_KEY_ID: "AKIDEXAMPLE", ZED_SECRET_ACCESS_KEY: "sk-aws-secret-of-the-test" };
    await using aws = await createSimulator({
      awsCredentials: {
        accessKeyId: credentials.ZED_ACCESS_KEY_ID,
        secretAccessKey: credentials.ZED_SECRET_ACCESS_KEY,
      },
      models: ["eu.anthropic.claude-sonnet-4-5-20250929-v1:0"],
    });
    playground.settings({ language_models: { bedrock: { region: "eu-west-1", endpoint_url: aws.url } } });
    const options = { environment: { ...credentials, AWS_EC2_METADATA_DISABLED: "true" } };
    const fine = await playground.run(["doctor"], options);
    expect(fine).toMatchObject({ code: 0, stderr: "" });
    expect(fine.stdout).toMatch(/^✓ amazon-bedrock\n/);
    expect(fine.stdout).toContain("environment variable ZED_SECRET_ACCESS_KEY");
    expect(fine.stdout).toMatch(/^ +Region +eu-west-1 \(/m);
    expect(fine.stdout).toMatch(/^ +Method +access keys/m);
    expect(fine.stdout).toMatch(/^ +models +\d+/m);
    // What is neither there nor needed is not listed where something else is.
    expect(fine.stdout).not.toContain("AWS profile");

    aws.fault({ kind: "status", status: 403 });
    const model = "amazon-bedrock:claude-sonnet-4-5";
    const failed = await playground.run(["chat", "Hello there", "--no-tools", "--model", model], options);
    expect(failed.code).toBe(1);
    const after = await playground.run(["doctor", "amazon-bedrock", "--json"], options);
    expect(lines(after.stdout)).toEqual([
      expect.objectContaining({ ok: true, lastError: expect.objectContaining({ code: "permission", status: 403 }) }),
    ]);
    const shown = await playground.run(["doctor"], options);
    expect(shown.stdout).toMatch(/^ +last error +less than a minute ago: Gateway "amazon-bedrock"/m);
  });

  it("does not say that no key is needed where the settings ask for one", async () => {
    playground.settings({ language_models: { bedrock: { authentication_method: "api_key", region: "eu-west-1" } } });
    const { code, stdout } = await playground.run(["doctor"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ +keys +none$/m);
    expect(stdout).toContain("The authentication method is api_key, but there is no key.");
  });

  it("exits 1 where a gateway or a model of the settings is wrong", async () => {
    playground.settings({
      agent: { commit_message_model: { provider: "nobody", model: "x" } },
      language_models: { openai_compatible: { local: { api_url: simulator.url }, broken: { api_url: 5 } } },
    });
    const { code, stdout } = await playground.run(["doctor"], { environment });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✓ local\n/);
    expect(stdout).toMatch(/^✗ broken\n/m);
    expect(stdout).toContain('There is no gateway "nobody".');
    const json = await playground.run(["doctor", "--json"], { environment });
    expect(json.code).toBe(1);
    expect(lines(json.stdout).map(({ type, ok, code: reason }) => [type, ok ?? reason])).toEqual([
      ["gateway", true],
      ["gateway", false],
      ["notice", "gateway-refused"],
      ["notice", "unknown-provider"],
    ]);
    expect(await playground.run(["doctor", "local"], { environment })).toMatchObject({ code: 0 });
  });

  it("finds a key that is refused", async () => {
    const { code, stdout } = await playground.run(["doctor", "--probe"], {
      environment: { LOCAL_API_KEY: "sk-wrong-key" },
    });
    expect(code).toBe(1);
    expect(stdout).toContain("401");
    expect(stdout).not.toContain("sk-wrong-key");
  });

  it("knows no other gateways, and says where there are none", async () => {
    expect(await playground.run(["doctor", "lokal"])).toMatchObject({
      code: 2,
      stderr: 'error: There is no gateway "lokal". Did you mean "local"?\n',
    });
    playground.settings({});
    expect(await playground.run(["doctor"])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("No gateway is configured"),
    });
    expect(await playground.run(["doctor", "simulator", "--probe"])).toMatchObject({ code: 0 });
  });
});

describe("waygate commit", () => {
  it("writes a message for what is staged with the model that is meant for it", async () => {
    const environment = { LOCAL_API_KEY: secret };
    const agent = {
      default_model: { provider: "local", model: "test" },
      commit_message_model: { provider: "local", model: "other" },
      model_parameters: [{ provider: "local", temperature: 0.25 }],
    };
    const models = [
      { name: "test", max_tokens: 1000 },
      { name: "other", max_tokens: 1000 },
    ];
    const local = { api_url: simulator.url, available_models: models };
    playground.settings({ agent, language_models: { openai_compatible: { local } } });
    const git = (...words: string[]) => execFileSync("git", words, { cwd: playground.folder });
    const none = await playground.run(["commit"], { environment });
    expect(none).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: git could not say what is staged/) });
    git("init", "--quiet");
    playground.write("new.txt", "a new line\n");
    expect((await playground.run(["commit"], { environment })).stderr).toMatch(/^error: Nothing is staged/);
    git("add", "new.txt");
    simulator.script({ text: "Add a line\n" });
    expect(await playground.run(["commit", "it is new"], { environment })).toEqual({
      code: 0,
      stdout: "Add a line\n",
      stderr: "",
    });
    const body = completions(simulator).at(-1)?.body;
    expect(body).toMatchObject({ model: "other", temperature: 0.25 });
    expect(JSON.stringify(body)).toContain("+a new line");
    expect(JSON.stringify(body)).toContain("it is new");
    simulator.script({ text: "Add a line" });
    const json = await playground.run(["commit", "--json"], { environment });
    expect(lines(json.stdout)).toEqual([expect.objectContaining({ type: "commit-message", message: "Add a line" })]);
  });
});

describe("--json", () => {
  const model = JSON.stringify({ provider: "local", model: "test" });
  const git = (...words: string[]) => execFileSync("git", words, { cwd: playground.folder, stdio: "ignore" });

  it.each<readonly [words: readonly string[], code: number, types: readonly unknown[]]>([
    [["chat", "Hello there", "--no-tools"], 0, expect.arrayContaining(["step-start", "run-end"])],
    [["models"], 0, ["model"]],
    [["models", "nothing like it"], 0, []],
    [["keys"], 0, expect.arrayContaining(["key"])],
    [["keys", "set", "local"], 0, ["key"]],
    [["keys", "remove", "local"], 2, ["error"]],
    [["settings"], 0, ["settings"]],
    [["settings", "get"], 0, [undefined]],
    [["settings", "get", "agent.none"], 2, ["error"]],
    [["settings", "set", "agent.default_model", model], 0, ["settings-set"]],
    [["settings", "remove", "credential_store"], 0, ["settings-removed"]],
    [["settings", "edit"], 0, ["settings"]],
    [["schema"], 0, ["object"]],
    [["doctor"], 0, ["gateway"]],
    [["doctor", "nobody"], 2, ["error"]],
    [["commit"], 0, ["commit-message"]],
    [["edit", "new.txt", "shout"], 0, ["edit"]],
    [["edit", "new.txt"], 2, ["error"]],
    [["commit", "--folder", "nowhere"], 2, ["error"]],
  ])("%j prints JSON alone, one value a line", async (words, code, types) => {
    git("init", "--quiet");
    playground.write("new.txt", "a new line\n");
    git("add", "new.txt");
    const environment = { EDITOR: "true", ...(words[1] !== "remove" && { LOCAL_API_KEY: secret }) };
    const finished = await playground.run([...words, "--json"], {
      input: words.includes("set") ? secret : "",
      environment,
    });
    expect(finished).toMatchObject({ code });
    const printed = finished.stdout === "" ? [] : lines(finished.stdout);
    expect([...new Set(printed.map(({ type }) => type))]).toEqual(types);
  });
});

describe("the README and --help", () => {
  it("name the commands that there are", async () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const { stdout: help } = await playground.run(["--help"]);
    const section = readme.slice(readme.indexOf("## Commands"), readme.indexOf("## Settings"));
    const named = (text: string) => [
      ...new Set([...text.matchAll(/waygate ([a-z]+)(?: (list|set|remove|get|edit)\b)?/g)].map(([all]) => all)),
    ];
    expect(named(section).sort()).toEqual(
      named(help.slice(help.indexOf("waygate chat"), help.indexOf("-m, --model"))).sort(),
    );
    expect(new Set(named(section).map((name) => name.split(" ")[1]))).toEqual(new Set(commands));
  });

  it("come without loading what only work needs", async () => {
    const log = playground.write(
      "log.mjs",
      `import { registerHooks } from "node:module";
      registerHooks({ resolve: (name, context, next) => (process.stderr.write(name + "\\n"), next(name, context)) });`,
    );
    const environment = { NODE_OPTIONS: `--import ${log}` };
    const { stdout, stderr } = await playground.run(["--help"], { environment });
    const heavy = /^(?:@waygate\/host|undici|tsyringe|@napi-rs\/keyring)$/m;
    expect(stderr).toContain("./arguments.ts");
    expect(stderr).not.toMatch(heavy);
    expect((await playground.run(["settings"], { environment })).stderr).toMatch(heavy);
    expect(stdout).toContain("waygate chat");
  });
});
