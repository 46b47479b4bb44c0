import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { definePlugin } from "@waygate/core/plugin";
import { type CredentialStore, fileStore, HostError, isHostError, keyAddress, memoryStore } from "@waygate/host";
import openaiCompatible from "@waygate/openai-compatible";
import { createSimulator } from "@waygate/simulator";
import { describe, expect, it } from "vitest";
import { anything, gatewayOf, listed } from "./plugins.ts";
import { ask, World } from "./world.ts";

const plugins = [openaiCompatible];

function services(addresses: Readonly<Record<string, string>>): object {
  const entries = Object.entries(addresses).map(([id, api_url]) => [
    id,
    { api_url, available_models: [{ name: "simulator" }] },
  ]);
  return { language_models: { openai_compatible: Object.fromEntries(entries) } };
}

async function failure(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isHostError(error)) throw new Error(`Expected a HostError, not ${String(error)}`);
  return error;
}

describe("keys", () => {
  it("come from the environment first, then from the store, and apply at once", async () => {
    await using simulator = await createSimulator();
    await using world = await World.make();
    const host = await world.host(services({ "my-gateway": simulator.url }), { plugins });
    const sent = async () => {
      await ask(host, "my-gateway", "simulator");
      return simulator.requests.at(-1)?.headers.authorization;
    };
    const origin = async () => (await host.credentials.status("my-gateway"))[0];
    const changes: unknown[] = [];
    host.onChange((change) => changes.push(change));

    expect(await sent()).toBeUndefined();
    expect(await origin()).toMatchObject({ origin: undefined, overridden: false });
    expect(await host.credentials.set("my-gateway", "  sk-stored\n")).toMatchObject({ origin: { kind: "memory" } });
    expect(changes).toEqual([{ type: "keys", gateway: "my-gateway" }]);
    expect(await sent()).toBe("Bearer sk-stored");
    world.environment.MY_GATEWAY_API_KEY = " ";
    expect(await sent()).toBe("Bearer sk-stored");
    world.environment.MY_GATEWAY_API_KEY = '"sk-variable"\n';
    expect(await sent()).toBe("Bearer sk-variable");
    expect(await origin()).toMatchObject({
      origin: { kind: "environment", variable: "MY_GATEWAY_API_KEY" },
      overridden: true,
    });
    // The one in the store can go; the one in the environment is not ours to take.
    expect(await host.credentials.remove("my-gateway")).toBe(true);
    const refused = await failure(host.credentials.remove("my-gateway"));
    expect(refused.code).toBe("key-from-environment");
    expect(refused.message).toContain("MY_GATEWAY_API_KEY");
    delete world.environment.MY_GATEWAY_API_KEY;
    expect(await sent()).toBeUndefined();
    expect(await host.credentials.remove("my-gateway")).toBe(false);
  });

  it("are kept by gateway and address: two gateways at one address have two, and none goes anywhere else", async () => {
    await using simulator = await createSimulator();
    await using other = await createSimulator();
    await using world = await World.make();
    const host = await world.host(services({ one: simulator.url, two: simulator.url }), { plugins });
    await host.credentials.set("one", "sk-one");
    await host.credentials.set("two", "sk-two");
    const key = (from: typeof simulator) => from.requests.at(-1)?.headers.authorization;
    await ask(host, "one", "simulator");
    expect(key(simulator)).toBe("Bearer sk-one");
    await ask(host, "two", "simulator");
    expect(key(simulator)).toBe("Bearer sk-two");

    const path = "language_models.openai_compatible.one.api_url";
    await host.settings.set(path, other.url);
    await ask(host, "one", "simulator");
    expect(key(other)).toBeUndefined();
    expect(await host.credentials.status("one")).toMatchObject([
      { origin: undefined, otherAddresses: [simulator.url] },
    ]);
    await host.credentials.set("one", "sk-other");
    await ask(host, "one", "simulator");
    expect(key(other)).toBe("Bearer sk-other");
    await host.settings.set(path, `${simulator.url}/`);
    await ask(host, "one", "simulator");
    expect(key(simulator)).toBe("Bearer sk-one");

    expect(await host.credentials.list()).toEqual([
      { gateway: "one", credential: "api_key", address: simulator.url },
      { gateway: "two", credential: "api_key", address: simulator.url },
      { gateway: "one", credential: "api_key", address: other.url },
    ]);
    await host.settings.remove("language_models.openai_compatible");
    for (const entry of await host.credentials.list()) expect(await host.credentials.removeStored(entry)).toBe(true);
    expect(await host.credentials.list()).toEqual([]);
  });

  it.each([
    ["https://Example.com:443/v1/", "https://example.com/v1"],
    ["https://example.com/v1?api-version=1", "https://example.com/v1"],
    ["http://example.com:443/v1", "http://example.com:443/v1"],
    ["https://example.com:8443/v1", "https://example.com:8443/v1"],
    ["https://example.com/v1/team-b", "https://example.com/v1/team-b"],
    ["https://example.com.evil.example/v1", "https://example.com.evil.example/v1"],
    [undefined, ""],
  ])("are kept for %s under %s", (address, key) => {
    expect(keyAddress(address)).toBe(key);
  });

  it("are refused where they cannot be keys, and never repeated", async () => {
    await using world = await World.make();
    const host = await world.host(services({ local: "http://127.0.0.1:9/v1" }), { plugins });
    for (const value of ["", "  ", "sk-line\nbreak", "sk-ümlaut", "sk-\u0000"]) {
      const error = await failure(host.credentials.set("local", value));
      expect(error.code).toBe("key-invalid");
      expect(error.message).not.toContain("sk-");
    }
    world.environment.LOCAL_API_KEY = "sk-line\nbreak";
    await expect(ask(host, "local", "simulator")).rejects.toMatchObject({
      code: "credentials",
      message: expect.stringMatching(/LOCAL_API_KEY holds characters/),
    });
  });

  it("are set for gateways that there are, with addresses that are known", async () => {
    await using world = await World.make();
    const host = await world.host(services({ local: "http://127.0.0.1:9/v1", wrong: "ftp://x" }), { plugins });
    expect(await failure(host.credentials.set("locla", "sk"))).toMatchObject({
      code: "unknown-gateway",
      message: expect.stringContaining('Did you mean "local"?'),
    });
    expect(await failure(host.credentials.set("wrong", "sk"))).toMatchObject({ code: "gateway-refused" });
    // The key in the place of a name is not repeated.
    expect(await failure(host.credentials.set("local", "sk", "sk-0123456789"))).toMatchObject({
      code: "unknown-credential",
      message: 'Gateway "local": It has no such credential. It takes: api_key.',
    });
    expect(await failure(host.credentials.set("sk-0123456789", "sk"))).toMatchObject({
      code: "unknown-gateway",
      message: "There is no such gateway. There are: local, wrong.",
    });
  });

  it("can be several for one gateway, each by its name", async () => {
    await using world = await World.make();
    const seen: (string | undefined)[] = [];
    const plugin = definePlugin({
      ...anything,
      credentials: [
        { id: "access", label: "access key", env: ["WAYGATE_ACCESS", "ZED_ACCESS"] },
        { id: "secret", label: "secret key", env: ["WAYGATE_SECRET", "ZED_SECRET"] },
      ],
      open: ({ credential }) =>
        gatewayOf(async () => {
          seen.push(await credential("access"), await credential("secret"));
          return [];
        }),
    });
    const host = await world.host({}, { plugins: [plugin] });
    expect((await failure(host.credentials.set("anything", "x"))).message).toContain("Say which key is meant");
    await host.credentials.set("anything", "stored-access", "access");
    world.environment.ZED_SECRET = "zed";
    world.environment.WAYGATE_SECRET = "";
    await host.models.list();
    world.environment.WAYGATE_SECRET = "own";
    await host.models.list();
    expect(seen).toEqual(["stored-access", "zed", "stored-access", "own"]);
    expect((await host.credentials.status()).map(({ origin }) => origin)).toEqual([
      { kind: "memory" },
      { kind: "environment", variable: "WAYGATE_SECRET" },
    ]);
  });

  it("need no name where the gateway needs only one of several", async () => {
    await using world = await World.make();
    const several = (id: string, optional: boolean) =>
      definePlugin({
        ...anything,
        ...{ id, settingsKey: id },
        credentials: [
          { id: "api_key", label: "API key", env: [], optional },
          { id: "extra", label: "Extra key", env: [], optional: true },
        ],
      });
    const host = await world.host({}, { plugins: [several("needs", false), several("optional", true)] });
    expect(await host.credentials.set("needs", "sk-main")).toMatchObject({ credential: { id: "api_key" } });
    expect(await host.credentials.remove("needs")).toBe(true);
    expect(await failure(host.credentials.set("optional", "sk-main"))).toMatchObject({
      code: "unknown-credential",
      message: 'Gateway "optional": Say which key is meant. It takes: api_key, extra.',
    });
  });

  it("that change have the gateway's models asked for anew", async () => {
    await using world = await World.make();
    let asked = 0;
    const plugin = definePlugin({
      ...anything,
      credentials: [{ id: "api_key", label: "API key", env: [] }],
      open: () => gatewayOf(() => Promise.resolve([listed(`model-${++asked}`)])),
    });
    const host = await world.host({}, { plugins: [plugin] });
    const names = async () => (await host.models.list())[0]?.models.map(({ id }) => id);
    expect(await names()).toEqual(["model-1"]);
    expect(await names()).toEqual(["model-1"]);
    await host.credentials.set("anything", "sk");
    expect(await names()).toEqual(["model-2"]);
    await host.credentials.remove("anything");
    expect(await names()).toEqual(["model-3"]);
  });

  it("in a store that cannot be asked fail what needs them, and nothing else", async () => {
    await using simulator = await createSimulator();
    await using world = await World.make();
    let asked = 0;
    const locked: CredentialStore = {
      kind: "vault",
      get: () => {
        asked++;
        return Promise.reject(new HostError("keychain-refused", "The keychain is locked."));
      },
      set: () => Promise.reject(new HostError("keychain-refused", "The keychain is locked.")),
      delete: () => Promise.reject(new HostError("keychain-refused", "The keychain is locked.")),
      list: () => Promise.reject(new HostError("keychain-refused", "The keychain is locked.")),
    };
    const needs = definePlugin({
      ...anything,
      credentials: [{ id: "api_key", label: "API key", env: ["NEEDS_KEY"] }],
      open: ({ credential }) => gatewayOf(async () => [listed(`model-${(await credential("api_key"))?.length}`)]),
    });
    const host = await world.host(services({ local: simulator.url }), { plugins: [...plugins, needs], store: locked });
    // Optional there: the service is asked without a key, and the person is told once.
    await ask(host, "local", "simulator");
    await ask(host, "local", "simulator");
    expect(world.told).toMatchObject([{ code: "keychain-refused", gateway: "local" }]);
    // Who is locked out is not asked to unlock again at each request.
    expect(asked).toBe(1);
    const listing = (await host.models.list({ gateway: "anything" }))[0];
    expect(listing?.error).toMatchObject({ code: "credentials", message: expect.stringContaining("locked") });
    expect((await host.credentials.status("local"))[0]?.problem?.code).toBe("keychain-refused");
    expect((await failure(host.credentials.set("local", "sk"))).code).toBe("keychain-refused");
    world.environment.NEEDS_KEY = "sk-variable";
    expect((await host.models.list({ gateway: "anything" }))[0]?.error).toBeUndefined();
  });
});

describe("the file store", () => {
  const key = { gateway: "g", credential: "api_key", address: "https://example.com/v1" };

  it("is used on request only, and written for its owner alone", async () => {
    await using simulator = await createSimulator();
    await using world = await World.make();
    const settings = services({ local: simulator.url });
    const host = await world.host({ ...settings, credential_store: "file" }, { plugins, store: undefined });
    expect(host.credentials.storeKind).toBe("file");
    await host.credentials.set("local", "sk-file");
    const file = world.path(".config/waygate/keys.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await ask(host, "local", "simulator");
    expect(simulator.requests.at(-1)?.headers.authorization).toBe("Bearer sk-file");
    expect((await host.credentials.status("local"))[0]?.origin).toEqual({ kind: "file" });
    await host.settings.remove("credential_store");
    expect(host.credentials.storeKind).toBe("keychain");
  });

  it("refuses a file that others can use, until it is mended", async () => {
    await using world = await World.make();
    const file = world.path("keys.json");
    const store = fileStore(file);
    await store.set(key, "sk");
    for (const mode of [0o640, 0o604, 0o602]) {
      chmodSync(file, mode);
      const before = readFileSync(file, "utf8");
      const attempts = [() => store.get(key), () => store.set(key, "x"), () => store.delete(key), () => store.list()];
      for (const attempt of attempts) {
        const error = await failure(attempt());
        expect(error.code).toBe("key-file");
        expect(error.message).toContain(`chmod 600 "${file}"`);
      }
      expect(readFileSync(file, "utf8")).toBe(before);
    }
    chmodSync(file, 0o600);
    expect(await store.get(key)).toBe("sk");
  });

  it("keeps several keys, and loses none to others that write", async () => {
    await using world = await World.make();
    const file = world.path("deep", "keys.json");
    const stores = [fileStore(file), fileStore(file)];
    const keys = Array.from({ length: 20 }, (_, index) => ({ ...key, gateway: `g${index}` }));
    await Promise.all(keys.map((each, index) => stores[index % 2]?.set(each, `sk-${index}`)));
    expect((await stores[0]?.list())?.length).toBe(20);
    expect(await stores[1]?.get({ ...key, gateway: "g7" })).toBe("sk-7");
    expect(await stores[1]?.get({ ...key, gateway: "g7", address: "https://example.org/v1" })).toBeUndefined();
    expect(await stores[0]?.delete({ ...key, gateway: "g7" })).toBe(true);
    expect(await stores[0]?.delete({ ...key, gateway: "g7" })).toBe(false);
    expect(statSync(world.path("deep")).mode & 0o777).toBe(0o700);
  });

  it("quotes nothing of a file that it cannot read", async () => {
    await using world = await World.make();
    writeFileSync(world.path("keys.json"), '{"keys": [{"value": "sk-broken', { mode: 0o600 });
    const error = await failure(fileStore(world.path("keys.json")).list());
    expect(error.code).toBe("key-file");
    expect(JSON.stringify([error.message, error.cause])).not.toContain("sk-broken");
    mkdirSync(world.path("folder"), { mode: 0o700 });
    expect((await failure(fileStore(world.path("folder")).list())).message).toContain("is a folder");
  });
});

it("the memory store forgets with the program", async () => {
  const store = memoryStore();
  const key = { gateway: "g", credential: "c", address: "" };
  await store.set(key, "1");
  await store.set(key, "2");
  expect(await store.get(key)).toBe("2");
  expect(await memoryStore().get(key)).toBeUndefined();
});
