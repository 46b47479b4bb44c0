import { formatNotice } from "@waygate/host";
import { describe, expect, it } from "vitest";
import { World } from "./world.ts";

const terminal = (rules: object) => ({ agent: { tool_permissions: { tools: { terminal: rules } } } });

describe("agent.tool_permissions", () => {
  it("is read with the place of each pattern", async () => {
    await using world = await World.make();
    const host = await world.host(
      [
        '{ "agent": { "tool_permissions": { "default": "allow", "tools": { "terminal": { "default": "confirm",',
        '  "always_allow": [{ "pattern": "^cargo" }],',
        '  "always_confirm": [{ "pattern": "sudo", "case_sensitive": true }],',
        '  "always_deny": [{ "pattern": "rm" }]',
        "} } } } }",
      ].join("\n"),
    );
    expect(host.notices()).toEqual([]);
    const [user, project] = host.settings.toolPermissions;
    expect(project).toBeUndefined();
    expect(user).toMatchObject({ layer: "user", default: "allow", incomplete: false });
    const file = world.path("settings.json");
    expect(user?.tools.get("terminal")).toMatchObject({
      default: "confirm",
      allow: [{ pattern: "^cargo", caseSensitive: false, place: { file, line: 2 } }],
      confirm: [{ pattern: "sudo", caseSensitive: true, place: { file, line: 3 } }],
      deny: [{ pattern: "rm", place: { file, line: 4, column: 32 } }],
      incomplete: false,
    });
  });

  it("is empty if it is not set", async () => {
    await using world = await World.make();
    expect((await world.host({ agent: {} })).settings.toolPermissions).toEqual([]);
  });

  it.each([
    [terminal({ always_deny: "rm" }), "tools.terminal.always_deny: Must be a list of patterns"],
    [terminal({ always_deny: [{ pattern: 1 }] }), "always_deny[0]: Must be an object with a pattern"],
    [terminal({ always_deny: ["rm"] }), "always_deny[0]: Must be an object with a pattern"],
    [terminal({ always_confirm: [{ pattern: "a", case_sensitive: 1 }] }), "case_sensitive: Must be true or false."],
    [terminal({ default: "never" }), "default: Must be one of allow, confirm, deny."],
    [{ agent: { tool_permissions: { tools: { terminal: [] } } } }, "tools.terminal: Must be an object."],
  ])("tells what cannot be read in %j, and that rules may be missing", async (settings, message) => {
    await using world = await World.make();
    const host = await world.host(settings);
    const [notice] = host.notices();
    expect(notice).toMatchObject({ severity: "error", code: "setting-invalid" });
    expect(notice?.place).toMatchObject({ file: world.path("settings.json") });
    expect(notice && formatNotice(notice)).toContain(message);
    expect(host.settings.toolPermissions[0]?.tools.get("terminal")?.incomplete).toBe(true);
  });

  it.each([
    [{ tool_permissions: "deny" }],
    [{ tool_permissions: { default: "x" } }],
    [{ tool_permissions: { tools: [] } }],
  ])("is incomplete as a whole for %j", async (agent) => {
    await using world = await World.make();
    const host = await world.host({ agent });
    expect(host.notices()).toMatchObject([{ severity: "error" }]);
    expect(host.settings.toolPermissions).toMatchObject([{ incomplete: true }]);
  });

  it("tells about keys that have no effect", async () => {
    await using world = await World.make();
    const host = await world.host(terminal({ always_denied: [] }));
    expect(host.notices()).toMatchObject([
      { severity: "warning", message: expect.stringContaining('Did you mean "always_deny"?') },
    ]);
    expect(host.settings.toolPermissions[0]?.tools.get("terminal")?.incomplete).toBe(false);
  });

  it("of a project only restricts, beside the user's", async () => {
    await using world = await World.make();
    const project = await world.write("project/.waygate/settings.json", {
      agent: {
        tool_permissions: {
          default: "allow",
          tools: {
            terminal: { default: "allow", always_allow: [{ pattern: "." }], always_deny: [{ pattern: "^curl" }] },
            edit_file: { default: "deny" },
          },
        },
      },
    });
    const user = { pattern: "^cargo" };
    const host = await world.host(terminal({ always_allow: [user] }), { projectFolder: world.path("project") });
    const [own, theirs] = host.settings.toolPermissions;
    expect(own?.tools.get("terminal")).toMatchObject({ allow: [user], deny: [] });
    expect(theirs).toMatchObject({ layer: "project", default: undefined, incomplete: false });
    expect(theirs?.tools.get("terminal")).toMatchObject({
      default: undefined,
      allow: [],
      deny: [{ pattern: "^curl", place: { file: project } }],
    });
    expect(theirs?.tools.get("edit_file")).toMatchObject({ default: "deny" });
    const notices = host.notices();
    expect(notices).toHaveLength(3);
    for (const notice of notices) {
      expect(notice).toMatchObject({ severity: "warning", place: { file: project } });
      expect(notice.message).toContain("can only restrict what tools may do");
    }
    expect(host.settings.get("agent.tool_permissions.tools.terminal.always_deny")).toBeUndefined();
  });
});
