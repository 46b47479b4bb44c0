import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Program, Workbench } from "./workbench.ts";

const limitMs = { ts: 60_000, sh: 300_000 };

/** Runs a program. Gives what went wrong, if anything: it failed, or did not print what it says that it prints. */
export async function runProgram({ example, path }: Program, workbench: Workbench): Promise<string | undefined> {
  const folder = join(workbench.folder, example.page);
  const args = ["--conditions=waygate-source", join(workbench.folder, path)];
  const { failure, stdout } = await execute(process.execPath, args, folder, limitMs.ts);
  if (failure !== undefined) return failure;
  const lines = new Set(stdout.split("\n"));
  const missing = promisesOf(workbench.read(path)).find((promise) => !lines.has(promise));
  return missing && `it says that it prints "${missing}", but it printed:\n${stdout.trim()}`;
}

/** `console.log(sum); // 3` promises a line `3`, behind a condition too. */
function promisesOf(code: string): readonly string[] {
  return [...code.matchAll(/^(?!\s*\/\/).*\bconsole\.log\(.*\); \/\/ (.+)$/gm)].map(([, promise]) => promise ?? "");
}

/** Runs commands as a reader would, from the repository's root. Gives what went wrong, if anything. */
export async function runCommands(commands: string, root: string): Promise<string | undefined> {
  const { failure } = await execute("bash", ["-euo", "pipefail", "-c", commands], root, limitMs.sh);
  return failure;
}

interface Outcome {
  readonly failure: string | undefined;
  readonly stdout: string;
}

function execute(program: string, args: readonly string[], folder: string, timeout: number): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], timeout });
    let stdout = "";
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) return resolve({ failure: undefined, stdout });
      const end =
        signal === null ? `it ended with ${code}` : `it was ended by ${signal}, after ${timeout / 1000} s at most`;
      resolve({ failure: `${end}:\n${output.trim()}`, stdout });
    });
  });
}
