import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createRegistry, type GatewayPlugin, isGatewayError, type RunEvent, type RunTool, run } from "@waygate/core";
import { createHost } from "@waygate/host";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const fixtures = dirname(dirname(fileURLToPath(import.meta.url)));
const tarball = join(fixtures, "waygate-plugin-contract-1-1.0.0.tgz");

let home: string;
let folder: string;

/** Installs the tarball as npm would, with today's core as its peer. */
beforeAll(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "waygate-contract-1-")));
  folder = join(home, "node_modules/waygate-plugin-contract-1");
  await mkdir(folder, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1"]);
  await mkdir(join(home, "node_modules/@waygate"), { recursive: true });
  const core = join(dirname(dirname(fixtures)), "packages/core");
  await symlink(core, join(home, "node_modules/@waygate/core"), "dir");
});

afterAll(() => rm(home, { recursive: true, force: true }));

const messages = [{ role: "user", content: "Hello" }] as const;
const tools: readonly RunTool[] = [
  {
    name: "look",
    description: "Looks.",
    parameters: { type: "object", properties: { at: { type: "number" } }, required: ["at"] },
    execute: ({ at }: { at: number }) => `seen ${at}`,
  },
  { kind: "freeform", name: "patch", description: "Patches.", execute: (input) => `patched ${input}` },
  { kind: "service", type: "web_search" },
];

async function load(): Promise<GatewayPlugin> {
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const module: { readonly default: GatewayPlugin } = await import(
    pathToFileURL(join(folder, manifest.exports["."])).href
  );
  return module.default;
}

describe("the plugin that was compiled against contract 1", () => {
  it("runs unchanged: every event, part and kind of tool", async () => {
    await using registry = createRegistry({
      plugins: [await load()],
      settings: { contract_1: { greeting: "Welcome" } },
      credentials: () => "sk-fixture-key",
    });
    const gateway = registry.gateway("contract-1");
    const running = run({ gateway, model: "everything", messages, tools, approve: () => true });
    const types = new Set<RunEvent["type"]>();
    for await (const event of running) types.add(event.type);
    expect([...types].sort()).toEqual(
      [
        ...["approval-request", "finish", "media", "notice", "opaque", "reasoning-delta", "reasoning-end"],
        ...["response-start", "run-end", "service-approval-request", "service-tool-result", "source", "step-end"],
        ...["step-start", "text-delta", "text-end", "tool-call-delta", "tool-call-end", "tool-call-start"],
        ...["tool-result", "tool-start", "usage"],
      ].sort(),
    );
    const { text, reason, cost, usage } = await running.result();
    expect([text, reason, cost?.amount]).toEqual(["Welcome, visit 2.", "stop", 0.5]);
    expect([usage.input.total, usage.output.reasoning]).toEqual([5, 2]);
    expect(running.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant"]);
    expect(running.messages[2]?.content).toMatchObject([
      { type: "tool-result", id: "c1", content: [{ text: "seen 1" }] },
      { type: "tool-result", id: "c2", content: [{ text: "patched *** Begin" }] },
      { type: "service-approval", id: "a1", approved: true },
    ]);
    expect(running.messages[3]?.content.map((part) => part.type)).toEqual([
      ...["tool-call", "service-tool-result", "text", "source", "media", "opaque"],
    ]);
  });

  it("lists, checks, extends and fails as it did", async () => {
    await using registry = createRegistry({ plugins: [await load()], credentials: () => "sk-fixture-key" });
    const gateway = registry.gateway("contract-1");
    expect(await gateway.models()).toMatchObject([{ id: "everything", reasoningEfforts: ["low", "high"] }]);
    expect(await gateway.check?.()).toEqual({ facts: [{ label: "Greeting", value: "none" }] });
    const { countTokens } = gateway.extensions as { countTokens(text: string): number };
    expect(countTokens("four")).toBe(4);
    const failing = run({ gateway, model: "everything", messages, gatewayOptions: { tone: "angry" }, retry: false });
    const failure = await failing.result().catch((error: unknown) => error);
    expect(isGatewayError(failure) && failure.code).toBe("server-error");
  });

  it("is loaded by name by a host", async () => {
    const host = await createHost({
      settingsFile: join(home, "settings.json"),
      environment: { HOME: home, CONTRACT_1_API_KEY: "sk-fixture-key" },
      ...{ store: "memory", cacheFolder: false, watch: false, discover: false },
      defaults: { plugins: [folder] },
    } as Parameters<typeof createHost>[0]);
    try {
      const gateway = await host.gateway("contract-1");
      const { text } = await run({ gateway, model: "everything", messages, tools, approve: () => false }).result();
      expect(text).toBe("Hello, visit 2.");
    } finally {
      await host.close();
    }
  });
});
