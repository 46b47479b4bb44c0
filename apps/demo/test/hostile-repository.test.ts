import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gone } from "./processes.ts";
import { completions, Playground, serviceSettings } from "./program.ts";

let playground: Playground;
let simulator: Simulator;
/** Each program that the repository runs leaves a file here, with its environment. */
let markers: string;

beforeEach(async () => {
  playground = new Playground();
  simulator = await createSimulator({ models: ["test"] });
  playground.settings(serviceSettings(simulator.url));
  markers = playground.outside("markers");
  mkdirSync(markers);
});

afterEach(async () => {
  playground.clear();
  await simulator.close();
});

function git(...words: string[]): string {
  return execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@example.com", ...words], {
    cwd: playground.folder,
    env: playground.environment,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** git as a person has it, with all that the repository names. */
function plainGit(...words: string[]): void {
  const { error } = spawnSync("git", words, {
    cwd: playground.folder,
    env: playground.environment,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 20_000,
  });
  expect(error).toBeUndefined();
}

/** A program that leaves a marker and hands on what it is given. */
function marking(name: string): string {
  const file = playground.outside(`program-${name}`);
  writeFileSync(file, `#!/bin/sh\nenv >'${join(markers, name)}'\n[ -f "$1" ] && exec cat "$1"\nexec cat\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A repository with a change staged, whose settings name a program wherever git knows one. */
function hostile(): void {
  git("init", "-q", "-b", "main");
  playground.write("a.txt", "one\n");
  playground.write("sub/b.bin", "one\n");
  git("add", ".");
  git("commit", "-qm", "first");
  git("init", "-q", "nested");
  execFileSync(
    "git",
    ["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-q", "--allow-empty", "-m", "x"],
    {
      cwd: join(playground.folder, "nested"),
      env: playground.environment,
    },
  );
  git("-c", "protocol.file.allow=always", "add", "nested");
  playground.write("a.txt", "two\n");
  playground.write("sub/b.bin", "two\n");
  git("add", "a.txt", "sub/b.bin");
  // Changed once more, so that looking at the working tree takes filters.
  playground.write("a.txt", "three\n");

  const settings = (places: Readonly<Record<string, string>>) =>
    Object.entries(places)
      .map(([place, program]) => {
        const [section = "", name = "", key = ""] = place.split("/");
        return `[${section}${name === "" ? "" : ` "${name}"`}]\n\t${key} = ${JSON.stringify(program)}\n`;
      })
      .join("");
  const config = settings({
    "core//fsmonitor": marking("fsmonitor"),
    "core//pager": marking("pager"),
    "pager//diff": marking("pager-diff"),
    "core//editor": marking("editor"),
    "core//sshCommand": marking("ssh"),
    "core//askPass": marking("askpass"),
    "core//gitProxy": marking("git-proxy"),
    "core//hooksPath": playground.outside("hooks"),
    "core//alternateRefsCommand": marking("alternate-refs"),
    "diff//external": marking("external"),
    "diff/own/textconv": marking("textconv"),
    "diff/own/command": marking("diff-command"),
    "filter/own/clean": marking("clean"),
    "filter/own/smudge": marking("smudge"),
    "filter/long/process": marking("process"),
    "gpg//program": marking("gpg"),
    "commit//gpgSign": "true",
    "log//showSignature": "true",
    "credential//helper": marking("credential"),
    "interactive//diffFilter": marking("diff-filter"),
    "alias//diff": `!${marking("alias")}`,
    "diff//submodule": "diff",
    "status//submoduleSummary": "true",
    "trailer/x/command": marking("trailer"),
  });
  // Half of it where it is easily overlooked.
  writeFileSync(join(playground.folder, ".git", "more"), config);
  appendFileSync(join(playground.folder, ".git", "config"), "[include]\n\tpath = more\n");
  appendFileSync(join(playground.folder, "nested", ".git", "config"), config);
  writeFileSync(join(playground.folder, ".gitattributes"), "a.txt diff=own filter=own\n*.bin diff=own filter=long\n");
  mkdirSync(playground.outside("hooks"));
  for (const hook of ["post-index-change", "pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"]) {
    writeFileSync(playground.outside(`hooks/${hook}`), readFileSync(marking(hook)));
    chmodSync(playground.outside(`hooks/${hook}`), 0o755);
    mkdirSync(join(playground.folder, ".git", "hooks"), { recursive: true });
    writeFileSync(join(playground.folder, ".git", "hooks", hook), readFileSync(marking(hook)), { mode: 0o755 });
  }
}

const ran = () => readdirSync(markers).sort();
const asked = () => JSON.stringify(completions(simulator).at(-1)?.body);

describe("waygate commit in a repository that names programs everywhere", () => {
  it("runs none of them, and sees the change", async () => {
    hostile();
    simulator.script({ text: "Change a line" });
    const { code, stdout } = await playground.run(["commit"]);
    expect(ran()).toEqual([]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Change a line\n" });
    expect(asked()).toContain("-one\\n+two");
    expect(asked()).toContain("Subproject commit");

    // The same repository runs them for git as it is.
    for (const words of [["diff", "--staged"], ["diff"], ["status"]]) {
      plainGit(...words);
    }
    expect(ran()).toEqual(expect.arrayContaining(["clean", "external", "fsmonitor", "post-index-change"]));
    plainGit("-c", "diff.external=", "diff", "--staged");
    expect(ran()).toEqual(expect.arrayContaining(["diff-command"]));
    writeFileSync(join(playground.folder, ".git", "more"), `[diff "own"]\n\ttextconv = ${marking("textconv")}\n`);
    plainGit("diff", "--staged");
    expect(ran()).toEqual(expect.arrayContaining(["textconv"]));
  });

  it("runs none that variables name, and gives git no key", async () => {
    hostile();
    // Something that runs in any case, to look at: git itself.
    const programs = playground.outside("bin");
    mkdirSync(programs);
    const own = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
    writeFileSync(join(programs, "git"), `#!/bin/sh\nenv >'${join(markers, "git")}'\nexec '${own}' "$@"\n`, {
      mode: 0o755,
    });
    simulator.script({ text: "Change a line" });
    const environment = {
      PATH: `${programs}${delimiter}${process.env.PATH}`,
      LOCAL_API_KEY: "sk-local-secret",
      OPENROUTER_API_KEY: "sk-openrouter-secret",
      AWS_BEARER_TOKEN_BEDROCK: "sk-bedrock-secret",
      HTTPS_PROXY: "http://user:sk-proxy-secret@127.0.0.1:9",
      NO_PROXY: "127.0.0.1",
      GIT_EXTERNAL_DIFF: marking("variable-external"),
      GIT_PAGER: marking("variable-pager"),
      GIT_SSH_COMMAND: marking("variable-ssh"),
      GIT_ASKPASS: marking("variable-askpass"),
      GIT_EDITOR: marking("variable-editor"),
      GIT_TRACE: join(markers, "trace"),
    };
    expect(await playground.run(["commit", "--model", "local:test"], { environment })).toMatchObject({
      code: 0,
      stdout: "Change a line\n",
    });
    expect(ran()).toEqual(["git"]);
    const seen = readFileSync(join(markers, "git"), "utf8");
    expect(seen).toContain("HTTPS_PROXY=http://127.0.0.1:9");
    expect(seen).not.toContain("secret");
  });

  it("looks where a hook of git says", async () => {
    hostile();
    const index = playground.outside("index");
    execFileSync("cp", [join(playground.folder, ".git", "index"), index]);
    git("-c", "core.fsmonitor=false", "reset", "-q", "--hard");
    rmSync(markers, { recursive: true });
    mkdirSync(markers);
    simulator.script({ text: "Change a line" });
    expect(await playground.run(["commit"], { environment: { GIT_INDEX_FILE: index } })).toMatchObject({ code: 0 });
    expect(asked()).toContain("-one\\n+two");
    expect(ran()).toEqual([]);
  });

  it("fetches nothing that the repository lacks", async () => {
    // A clone without the contents of files, whose origin is a program.
    git("init", "-q", "-b", "main", "../origin");
    const origin = playground.outside("origin");
    writeFileSync(join(origin, "a.txt"), "one\n");
    for (const words of [
      ["add", "."],
      ["commit", "-qm", "first"],
      ["config", "uploadpack.allowFilter", "true"],
    ]) {
      git("-C", origin, ...words);
    }
    git("clone", "-q", "--filter=blob:none", "--no-checkout", `file://${origin}`, ".");
    git("config", "remote.origin.uploadpack", `env >'${join(markers, "upload-pack")}'; git-upload-pack`);
    git("config", "protocol.allow", "always");
    git("config", "protocol.file.allow", "always");
    playground.write("a.txt", "two\n");
    git("update-index", "--add", "a.txt");
    const { code, stderr } = await playground.run(["commit"]);
    expect(ran()).toEqual([]);
    expect(code).toBe(2);
    expect(stderr).toContain("git could not say what is staged");
    expect(completions(simulator)).toEqual([]);
    plainGit("diff", "--staged");
    expect(ran()).toEqual(["upload-pack"]);
  });

  it("takes git from outside of the folder", async () => {
    hostile();
    for (const folder of ["node_modules/.bin", "tools"]) {
      writeFileSync(playground.write(`${folder}/git`, readFileSync(marking("false-git"))), "", { flag: "a" });
      chmodSync(join(playground.folder, folder, "git"), 0o755);
    }
    simulator.script({ text: "Change a line" });
    const before = [join(playground.folder, "node_modules", ".bin"), "tools", "./tools", "", "."];
    const PATH = [...before, process.env.PATH].join(delimiter);
    expect(await playground.run(["commit"], { environment: { PATH } })).toMatchObject({ code: 0 });
    expect(ran()).toEqual([]);
  });

  it("ends at SIGTERM while git waits for a pipe, and so does git", async () => {
    hostile();
    rmSync(join(playground.folder, ".gitattributes"));
    execFileSync("mkfifo", [join(playground.folder, ".gitattributes")]);
    const pid = playground.outside("pid");
    const programs = playground.outside("bin");
    mkdirSync(programs);
    const own = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
    writeFileSync(join(programs, "git"), `#!/bin/sh\necho $$ >'${pid}'\nexec '${own}' "$@"\n`, { mode: 0o755 });
    const running = playground.start(["commit"], {
      environment: { PATH: `${programs}${delimiter}${process.env.PATH}` },
    });
    await expect.poll(() => existsSync(pid) && readFileSync(pid, "utf8") !== "", { timeout: 30_000 }).toBe(true);
    running.child.kill("SIGTERM");
    expect(await running.finished).toMatchObject({ code: 143 });
    await gone(Number(readFileSync(pid, "utf8")));
  });
});
