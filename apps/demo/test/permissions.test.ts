import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHost, formatNotice, type Host } from "@waygate/host";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PatternCompiler } from "../src/permissions/pattern-compiler.ts";
import { PermissionStore } from "../src/permissions/permission-store.ts";
import { type Answer, Permissions, type Question } from "../src/permissions/permissions.ts";
import { RememberedRules } from "../src/permissions/remembered-rules.ts";
import type { Decision, Proposal } from "../src/tools/approval.ts";

let base: string;
let folder: string;
let host: Host;
let store: PermissionStore;
let rules: RememberedRules;
let questions: Question[];
let told: string[];

const patterns = new PatternCompiler();
const signal = new AbortController().signal;

beforeEach(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "waygate-permissions-")));
  folder = join(base, "project");
  mkdirSync(folder);
  store = new PermissionStore(join(base, "data", "permissions.json"));
  rules = new RememberedRules(store, folder);
  questions = [];
  told = [];
  await settings({});
});

afterEach(async () => {
  await host.close();
  rmSync(base, { recursive: true });
});

/** What `agent.tool_permissions` is, in the user's settings and in the project's. */
async function settings(user: unknown, project?: unknown): Promise<void> {
  await host?.close();
  const file = join(base, "settings.json");
  writeFileSync(file, JSON.stringify({ agent: { tool_permissions: user } }, undefined, 2));
  mkdirSync(join(folder, ".waygate"), { recursive: true });
  writeFileSync(join(folder, ".waygate", "settings.json"), JSON.stringify({ agent: { tool_permissions: project } }));
  const options = { settingsFile: file, projectFolder: folder, store: "memory", cacheFolder: false } as const;
  host = await createHost({ ...options, discover: false, watch: false, environment: { HOME: base } });
}

interface Setting {
  readonly yes?: boolean;
  /** What the person presses: the key of an offer, `y` or `n`. `none`: there is no terminal. */
  readonly key?: string;
  /** What was allowed before. Default: that of this folder. */
  readonly rules?: RememberedRules;
}

/** Asks about a call as a conversation does. */
function ask(
  proposal: Proposal,
  { yes = false, key = "n", rules: remembered = rules }: Setting = {},
): Promise<Decision> {
  const person = {
    async ask(question: Question): Promise<Answer> {
      questions.push(question);
      const offer = question.offers.find((candidate) => candidate.key === key);
      return key === "n" ? { allowed: false } : { allowed: true, offer };
    },
  };
  const permissions = new Permissions({
    settings: () => host.settings.toolPermissions,
    patterns,
    rules: remembered,
    yes,
    person: key === "none" ? undefined : person,
    tell: (text) => told.push(text),
  });
  return permissions.ask(proposal, signal);
}

const run = (command: string): Proposal => ({
  tool: "run_command",
  summary: "run a command",
  details: command,
  action: { type: "command", command },
});
const write = (path: string, asked = path): Proposal => ({
  tool: "write_file",
  summary: "make",
  details: "+ x",
  action: { type: "file", path, asked },
});

/** How a call ends: without a question, or what the person is asked, who says no. */
async function outcome(proposal: Proposal, setting?: Setting): Promise<"allowed" | "denied" | "asked"> {
  const before = questions.length;
  const { allowed } = await ask(proposal, setting);
  if (questions.length > before) return "asked";
  return allowed ? "allowed" : "denied";
}

const terminal = (rules: object, more: object = {}) => ({ ...more, tools: { terminal: rules } });

describe("what a person is offered", () => {
  const offered = async (proposal: Proposal) => {
    await ask(proposal);
    return questions
      .at(-1)
      ?.offers.map(({ key }) => key)
      .join("");
  };

  it.each([
    ["git status", "ep"],
    ["npm test", "ep"],
    ["cargo build --release", "ep"],
    ["git status && ls", "e"],
    ["git push", "e"],
    ["sudo git status", "e"],
    ["node x.js", "e"],
    ["npx vitest", "e"],
    ["A=b git status", "e"],
  ])("for %s is %s", async (command, keys) => {
    expect(await offered(run(command))).toBe(keys);
  });

  it("for a file is this file, or all that are not hidden", async () => {
    expect(await offered(write("a.txt"))).toBe("fs");
    expect(await offered(write(".git/config"))).toBe("f");
    expect(await offered(write("src/.env"))).toBe("f");
  });

  it("for a tool without rules is nothing but this once", async () => {
    expect(await offered({ tool: "delegate", summary: "hand over", details: "x" })).toBe("");
  });
});

describe("a rule", () => {
  it("for exactly a command covers it byte for byte", async () => {
    await ask(run("make  all"), { key: "e" });
    expect(await outcome(run("make  all"))).toBe("allowed");
    for (const other of ["make all", "make  all ", "make  all x", "make  all\n", "MAKE  all"]) {
      expect(await outcome(run(other))).toBe("asked");
    }
    expect(told).toContain("rule 1 for run_command: exactly make  all (/permissions lists and revokes rules)");
  });

  it("for a program and subcommand covers reviewed arguments, and no chain", async () => {
    await ask(run("git status"), { key: "p" });
    expect(await outcome(run("git status -sb src"))).toBe("allowed");
    for (const other of ["git log", "git status; ls", "git -C .. status", "git status --help", "A=b git status"]) {
      expect(await outcome(run(other))).toBe("asked");
    }
  });

  it("for a command with a chain covers exactly that chain", async () => {
    await ask(run("npm test && ls"), { key: "e" });
    expect(await outcome(run("npm test && ls"))).toBe("allowed");
    expect(await outcome(run("npm test"))).toBe("asked");
    expect(await outcome(run("ls"))).toBe("asked");
  });

  it("is for one tool and one folder, and outlasts the conversation", async () => {
    await ask(run("git status"), { key: "p" });
    expect(await outcome(run("git status"), { rules: new RememberedRules(store, folder) })).toBe("allowed");
    expect(await outcome({ ...run("git status"), tool: "other" })).toBe("asked");
    const other = join(base, "other");
    mkdirSync(other);
    expect(await outcome(run("git status"), { rules: new RememberedRules(store, other) })).toBe("asked");
  });

  it("does not hold for a folder that was moved, or swapped for a link", async () => {
    await ask(run("git status"), { key: "p" });
    const moved = join(base, "moved");
    renameSync(folder, moved);
    symlinkSync(moved, folder);
    expect(await outcome(run("git status"))).toBe("asked");
    expect(await outcome(run("git status"), { rules: new RememberedRules(store, realpathSync(folder)) })).toBe("asked");
    rmSync(folder);
    renameSync(moved, folder);
    expect(await outcome(run("git status"))).toBe("allowed");
  });

  it("for a file covers the file that the path leads to", async () => {
    await ask(write("a.txt"), { key: "f" });
    expect(await outcome(write("a.txt", "./a.txt"))).toBe("allowed");
    expect(await outcome(write("b.txt", "a.txt"))).toBe("asked");
    expect(await outcome(write("A.txt"))).toBe("asked");
  });

  it("for all files ends with the conversation, and leaves out hidden ones", async () => {
    await ask(write("a.txt"), { key: "s" });
    expect(await outcome(write("src/b.txt"))).toBe("allowed");
    expect(await outcome(write(".git/hooks/pre-commit"))).toBe("asked");
    expect(await outcome(write("b.txt"), { rules: new RememberedRules(store, folder) })).toBe("asked");
    expect(await store.list()).toEqual([]);
  });

  it("is gone once it is revoked, also by another process", async () => {
    await ask(run("git status"), { key: "p" });
    await ask(run("make"), { key: "e" });
    await ask(write("a.txt"), { key: "s" });
    expect((await rules.list()).map(({ id }) => id)).toEqual(["1", "2", "s1"]);
    await new PermissionStore(store.file).remove(({ id }) => id === 1);
    expect(await outcome(run("git status"))).toBe("asked");
    expect(await rules.revoke(({ id }) => id === "s1")).toMatchObject([{ scope: { kind: "files" } }]);
    expect(await outcome(write("a.txt"))).toBe("asked");
    expect(await rules.revoke(() => true)).toHaveLength(1);
    expect(await outcome(run("make"))).toBe("asked");
  });

  it("holds without a terminal, where all else is denied", async () => {
    await ask(run("git status"), { key: "p" });
    expect(await outcome(run("git status"), { key: "none" })).toBe("allowed");
    expect(await ask(run("git push"), { key: "none" })).toMatchObject({
      allowed: false,
      reason: expect.stringContaining("there is no terminal to ask on"),
    });
  });

  it("is not kept inside of the folder that it is about", async () => {
    const inside = new RememberedRules(new PermissionStore(join(folder, ".local", "permissions.json")), folder);
    await ask(run("git status"), { key: "p", rules: inside });
    expect(questions.at(-1)?.lasting).toBe(false);
    expect(await outcome(run("git status"), { rules: inside })).toBe("allowed");
    expect((await inside.list()).map(({ id }) => id)).toEqual(["s1"]);
  });

  it("that cannot be read allows nothing, and the person is told", async () => {
    await ask(run("git status"), { key: "p" });
    writeFileSync(store.file, "broken");
    expect(await outcome(run("git status"))).toBe("asked");
    expect(told.join()).toContain("is not valid JSON");
    await ask(run("git status"), { key: "p" });
    expect(told.join()).toContain("The rule was not kept, so this was allowed once.");
  });

  it("made by an answer holds for the questions that wait behind it", async () => {
    const permissions = new Permissions({
      settings: () => [],
      patterns,
      rules,
      yes: false,
      person: {
        async ask(question) {
          questions.push(question);
          return { allowed: true, offer: question.offers.find(({ key }) => key === "p") };
        },
      },
      tell: () => undefined,
    });
    const calls = ["git status", "git status -s", "git log"].map((command) => permissions.ask(run(command), signal));
    expect(await Promise.all(calls)).toEqual([{ allowed: true }, { allowed: true }, { allowed: true }]);
    expect(questions.map(({ proposal }) => proposal.details)).toEqual(["git status", "git log"]);
  });
});

describe("agent.tool_permissions", () => {
  it("denies before it confirms, and confirms before it allows", async () => {
    const all = { pattern: "^git" };
    await settings(
      terminal({ always_deny: [{ pattern: "push" }], always_confirm: [{ pattern: "log" }], always_allow: [all] }),
    );
    expect(await outcome(run("git push"))).toBe("denied");
    expect(await outcome(run("git log push"))).toBe("denied");
    expect(await outcome(run("git log"))).toBe("asked");
    expect(await outcome(run("git status"))).toBe("allowed");
    expect(await outcome(run("ls"))).toBe("asked");
    expect(await ask(run("git push"))).toMatchObject({
      reason: expect.stringMatching(/tools\.terminal\.always_deny\[0\] \(.*settings\.json:\d+:\d+\) matches/),
    });
  });

  it.each([
    "cargo test && rm x",
    "cargo test; rm x",
    "cargo test | sh",
    "cargo test\nrm x",
    "cargo test $(rm x)",
    "cargo test `rm x`",
    "cargo test > /etc/passwd",
    "cargo test <(rm x)",
    "cargo test $X",
    "cargo test &",
    "cargo test # x",
    "RUSTC=./x cargo test",
  ])("never allows the chain %j by a pattern", async (command) => {
    await settings(terminal({ always_allow: [{ pattern: "cargo test" }, { pattern: "." }] }));
    expect(await outcome(run("cargo test 'a b' *"))).toBe("allowed");
    expect(await outcome(run(command))).toBe("asked");
  });

  it.each(["ls && rm x", "$(rm x)", "r\\m x", "A=b rm x", "if true; then 'rm' x; fi", "ls;rm x", "ls\nrm x"])(
    "finds what it denies in a part of %j",
    async (command) => {
      await settings(terminal({ default: "allow", always_deny: [{ pattern: "^rm\\b" }] }));
      expect(await outcome(run(command))).toBe("denied");
      expect(await outcome(run("ls rm"))).toBe("allowed");
    },
  );

  it("is not lifted by rules, nor by --yes", async () => {
    await ask(run("git status"), { key: "p" });
    await ask(run("git log"), { key: "p" });
    await settings(terminal({ always_deny: [{ pattern: "status" }], always_confirm: [{ pattern: "log" }] }));
    expect(await outcome(run("git status"), { yes: true })).toBe("denied");
    expect(await outcome(run("git log"), { yes: true })).toBe("asked");
    expect(questions.at(-1)).toMatchObject({ offers: [], because: expect.stringContaining("always_confirm[0]") });
    expect(await ask(run("git log"), { yes: true, key: "none" })).toMatchObject({
      allowed: false,
      reason: expect.stringContaining("It is always asked about"),
    });
    expect(await outcome(run("ls"), { yes: true })).toBe("allowed");
  });

  it("has defaults for a tool and for all of them", async () => {
    await settings({ default: "allow", tools: { terminal: { default: "confirm" } } });
    expect(await outcome(run("ls"))).toBe("asked");
    expect(await outcome(write("a.txt"))).toBe("allowed");
    await settings({ default: "deny", tools: { terminal: { always_allow: [{ pattern: "^ls" }] } } });
    expect(await outcome(run("ls"))).toBe("allowed");
    expect(await outcome(run("pwd"), { yes: true })).toBe("denied");
    expect(await outcome(write("a.txt"))).toBe("denied");
  });

  it("goes by Zed's names for tools, and by ours", async () => {
    const deny = { always_deny: [{ pattern: "\\.env" }] };
    for (const name of ["edit_file", "create_file", "write_file"]) {
      await settings({ default: "allow", tools: { [name]: deny } });
      expect(await outcome(write("src/.env"))).toBe("denied");
      expect(await outcome(write("src/a.ts"))).toBe("allowed");
    }
    for (const name of ["terminal", "run_command"]) {
      await settings({ tools: { [name]: { default: "allow" } } });
      expect(await outcome(run("ls"))).toBe("allowed");
    }
    await settings({
      tools: { fetch: { default: "allow" }, terminal: { default: "deny" }, run_command: { default: "allow" } },
    });
    expect(await outcome(run("ls"))).toBe("denied");
  });

  it("compares the path as it is written, as it is, and from the folder's name on", async () => {
    for (const pattern of ["^secret\\.txt$", "^\\./link$", "^project/secret", "^/.*/project/secret\\.txt$"]) {
      await settings({ default: "allow", tools: { edit_file: { always_deny: [{ pattern }] } } });
      expect(await outcome(write("secret.txt", "./link"))).toBe("denied");
    }
    await settings({ tools: { edit_file: { always_allow: [{ pattern: "^link" }] } } });
    expect(await outcome(write("secret.txt", "link"))).toBe("asked");
  });

  it("of a project restricts what the user's allows, and allows nothing", async () => {
    const everything = {
      default: "allow",
      tools: { terminal: { default: "allow", always_allow: [{ pattern: "." }] } },
    };
    await settings({}, everything);
    expect(await outcome(run("ls"))).toBe("asked");
    await settings(
      everything,
      terminal({ always_deny: [{ pattern: "^curl" }], always_confirm: [{ pattern: "^ssh" }] }),
    );
    expect(await outcome(run("curl x"))).toBe("denied");
    expect(await outcome(run("ssh x"))).toBe("asked");
    expect(await outcome(run("ls"))).toBe("allowed");
    await settings(everything, { default: "deny" });
    expect(await outcome(run("ls"))).toBe("denied");
    await settings({ default: "allow" }, { default: "confirm" });
    expect(await outcome(run("ls"))).toBe("asked");
  });

  it("with a pattern that is not valid allows nothing, and says where the pattern stands", async () => {
    await settings(terminal({ default: "allow", always_deny: [{ pattern: "(" }] }));
    expect(await outcome(run("ls"), { yes: true })).toBe("asked");
    expect(questions.at(-1)?.because).toMatch(/always_deny\[0\] \(.*settings\.json:\d+:\d+\) is not a valid pattern/);
    await settings(terminal({ always_allow: [{ pattern: "(" }] }));
    expect(await outcome(run("ls"))).toBe("asked");
    expect(await outcome(run("ls"), { yes: true })).toBe("allowed");
    const [notice] = await patterns.notices(host.settings.toolPermissions);
    expect(notice && formatNotice(notice)).toMatch(
      /settings\.json:\d+:\d+: agent\.tool_permissions.*It allows nothing\.$/,
    );
  });

  it("that cannot be read has every call asked about", async () => {
    await settings(terminal({ default: "allow", always_deny: "rm" }));
    expect(await outcome(run("ls"), { yes: true })).toBe("asked");
    expect(await outcome(write("a"), { yes: true })).toBe("allowed");
    await settings("allow");
    expect(await outcome(write("a"), { yes: true })).toBe("asked");
  });

  it("has commands asked about that are too long to be compared", async () => {
    await settings(terminal({ default: "allow", always_deny: [{ pattern: "^rm" }] }));
    expect(await outcome(run(`echo ${"x".repeat(30_000)}; rm x`))).toBe("asked");
  });

  it("never lets a folder that matters be deleted without a question", async () => {
    await settings({ default: "allow", tools: { terminal: { always_allow: [{ pattern: "." }] } } });
    expect(await outcome(run("rm -rf ~"), { yes: true })).toBe("asked");
    expect(await outcome(run("rm -rf build"))).toBe("allowed");
  });
});
