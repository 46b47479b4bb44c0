import { execFile } from "node:child_process";

/** Runs a program and gives what it printed to stdout. Rejects with all that it printed where it fails. */
export function command(program: string, args: readonly string[], folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { cwd: folder }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} ${args.join(" ")}\n${stdout}${stderr}`.trimEnd()));
    });
    child.stdin?.end();
  });
}
