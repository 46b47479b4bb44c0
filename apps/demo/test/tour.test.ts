import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Playground, program } from "./program.ts";

let playground: Playground;

beforeEach(() => {
  playground = new Playground();
});

afterEach(() => playground.clear());

it("keeps its lines apart where standard error goes where standard output goes", async () => {
  const command = [process.execPath, ...program, "--tour"].map((word) => `'${word}'`).join(" ");
  const options = { cwd: playground.folder, env: playground.environment };
  const { stdout } = await promisify(execFile)("sh", ["-c", `${command} </dev/null 2>&1`], options);
  expect(stdout).toMatch(/^ {2}→ list_files/m);
  expect(stdout).toMatch(/^[\d,]+ in /m);
});

it("shows a whole turn with parallel tool calls, and ends where nobody sits at a terminal", async () => {
  playground.write("README.md", "# A project\n\nIt does things.\n");
  playground.write("src/index.ts", "");
  const { code, stdout, stderr } = await playground.run(["--tour"]);
  expect(code).toBe(0);
  expect(stderr).toContain("› List the files here, read README.md and tell me what this project is.");
  expect(stderr).toMatch(/→ list_files.*\n.*→ read_file {5}README\.md\n/);
  expect(stderr).toContain("    # A project\n");
  expect(stderr).toContain("    src/\n");
  expect(stderr).toMatch(/ in .* out/);
  expect(stdout).toContain("A project");
});
