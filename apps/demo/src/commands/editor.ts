import { spawn } from "node:child_process";
import { UsageError } from "../exit-code.ts";

/** Opens a file in the person's editor, `$VISUAL` or `$EDITOR`, which may have arguments. Resolves when it has ended. */
export async function editFile(file: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const editor = environment.VISUAL || environment.EDITOR || (process.platform === "win32" ? "notepad" : "vi");
  const child =
    process.platform === "win32"
      ? spawn(`${editor} "${file}"`, { shell: true, stdio: "inherit", env: environment })
      : // The path is an argument of the shell's, never a part of its text.
        spawn("/bin/sh", ["-c", `${editor} "$1"`, "sh", file], { stdio: "inherit", env: environment });
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("exit", resolve));
  if (code !== 0) {
    throw new UsageError(`The editor "${editor}" failed. Set VISUAL or EDITOR to another, or open ${file} yourself.`);
  }
}
