import { execFile, execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { World } from "./world.ts";

const run = promisify(execFile);
const scenario = fileURLToPath(new URL("./keychain/scenario.ts", import.meta.url));

/** A real Secret Service needs these two programs; Debian's packages are gnome-keyring and dbus-x11. */
function hasSecretService(): boolean {
  try {
    for (const program of ["dbus-run-session", "gnome-keyring-daemon"]) {
      execFileSync(program, ["--version"], { stdio: "ignore" });
    }
    return true;
  } catch {
    return false;
  }
}

const available = process.platform === "linux" && hasSecretService();

if (process.platform === "linux" && process.env.CI) {
  it("CI has a Secret Service", () => {
    expect(available, "install gnome-keyring and dbus-x11: the keychain must not go untested").toBe(true);
  });
}

describe.skipIf(!available)(
  "a real keychain (needs gnome-keyring-daemon and dbus-run-session)",
  { timeout: 60_000 },
  () => {
    /** Runs a shell command in a session of its own, with a home of its own. */
    async function session(world: World, command: string, options: { readonly bus?: string } = {}) {
      const environment = {
        PATH: process.env.PATH,
        HOME: world.folder,
        SCENARIO: `${process.execPath} --conditions=waygate-source ${scenario}`,
      };
      const bus = options.bus ?? "dbus-run-session --";
      const { stdout, stderr } = await run("bash", ["-c", `${bus} bash -c '${command}'`], { env: environment });
      const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
      return { results: lines.map((line): Record<string, unknown> => JSON.parse(line)), output: stdout + stderr };
    }

    const unlock = "echo -n pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null";

    it("keeps keys by gateway and address, for programs to come", async () => {
      await using world = await World.make();
      const address = "http://127.0.0.1:9/v1";
      const command = `${unlock}; $SCENARIO use; $SCENARIO again ${address}`;
      const { results, output } = await session(world, command);
      const [used, again] = results;
      const key = (gateway: string, at: unknown) => ({ gateway, credential: "api_key", address: at });
      const here = used?.address;
      expect(used).toEqual({
        before: [],
        list: expect.arrayContaining([key("one", here), key("two", here), key("away", address)]),
        origins: [
          ["one", "keychain"],
          ["two", "keychain"],
          ["away", "keychain"],
        ],
        sent: ["Bearer one", 'Bearer two with blanks and "quotes" ~'],
        changed: "Bearer changed",
        address: expect.stringMatching(/^http:\/\/127/),
        removed: [true, false, null],
      });
      expect(again).toEqual({
        list: expect.arrayContaining([key("one", here), key("away", address)]),
        // At another address there is no key for the first gateway, though one is stored for it.
        origins: [
          ["one", null],
          ["two", null],
          ["away", "keychain"],
        ],
        after: [],
      });
      expect(output).not.toContain("sk-away");
    });

    it("that is locked says so, and keeps nobody from working without a key", async () => {
      await using world = await World.make();
      // The first session makes a keyring with a password; in the second nobody is there to unlock it.
      await session(world, `${unlock}; $SCENARIO use`);
      const { results } = await session(world, "$SCENARIO fail");
      expect(results[0]).toMatchObject({
        set: { code: "keychain-refused", message: expect.stringContaining("Unlock it") },
        list: { code: "keychain-refused" },
        problem: "keychain-refused",
        sent: null,
      });
    });

    it.each([
      ["on a bus without a Secret Service", (config: string) => `dbus-run-session --config-file=${config} --`],
      ["without a bus", () => "env -u DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR=/nowhere"],
    ])("that is not there is missed in words: %s", async (_name, bus) => {
      await using world = await World.make();
      const config = await world.write(
        "bus.conf",
        `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
       <busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
       <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`,
      );
      const { results } = await session(world, "$SCENARIO fail", { bus: bus(config) });
      const message = expect.stringMatching(
        /There is no keychain.*gnome-keyring.*environment variable.*"credential_store": "file"/,
      );
      expect(results[0]).toMatchObject({
        set: { code: "keychain-unavailable", message },
        list: { code: "keychain-unavailable" },
        problem: "keychain-unavailable",
        sent: null,
      });
    });
  },
);
