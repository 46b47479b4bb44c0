import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { Terminal as Emulator } from "@xterm/headless";
import type { Playground } from "./program.ts";

/** Whether there is util-linux' `script`, which runs a program at a terminal of its own. */
export const hasTerminals = spawnSync("script", ["--version"]).stdout?.toString().includes("util-linux") ?? false;

export const keys = { ctrlC: "\u0003", ctrlD: "\u0004", enter: "\r", escape: "\u001b", delete: "\u007f" } as const;

const size = { cols: 100, rows: 40 } as const;

/** The program at a terminal, with somebody who types. */
export class Terminal {
  readonly #child: ChildProcess;
  /** All that was shown, with control sequences. */
  raw = "";
  #seen = 0;
  #waiting: (() => void) | undefined;
  readonly exitCode: Promise<number | null>;

  constructor(playground: Playground, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const command = [process.execPath, ...playground.program, ...args]
      .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
      .join(" ");
    this.#child = spawn("script", ["-qec", `stty cols ${size.cols} rows ${size.rows}; ${command}`, "/dev/null"], {
      cwd: playground.folder,
      env: { ...playground.environment, TERM: "xterm-256color", SHELL: "/bin/sh", ...environment },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.raw += text;
      this.#waiting?.();
    });
    this.exitCode = new Promise((resolve) => {
      this.#child.once("close", (code) => {
        resolve(code);
        this.#waiting?.();
      });
    });
  }

  /** All that was shown, as text. */
  get text(): string {
    return stripVTControlCharacters(this.raw).replaceAll("\r", "");
  }

  /** The rows that a person sees, scrolled back to the first one: what an emulator makes of all that was written. */
  async rows(): Promise<readonly string[]> {
    const emulator = new Emulator({ ...size, scrollback: 100_000, allowProposedApi: true });
    await new Promise<void>((resolve) => emulator.write(this.raw, resolve));
    const { active } = emulator.buffer;
    const rows = Array.from(
      { length: active.length },
      (_, index) => active.getLine(index)?.translateToString(true) ?? "",
    );
    emulator.dispose();
    return rows;
  }

  /** Resolves when this text is shown after what was waited for before. Returns all in between. */
  async until(text: string): Promise<string> {
    for (;;) {
      const shown = this.text;
      const at = shown.indexOf(text, this.#seen);
      if (at >= 0) {
        const between = shown.slice(this.#seen, at);
        this.#seen = at + text.length;
        return between;
      }
      if (this.#child.exitCode !== null) throw new Error(`The program ended without "${text}":\n${this.text}`);
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Sends a signal to the program itself, as `kill` does. */
  signal(name: "TERM" | "HUP"): void {
    let pid = this.#child.pid ?? 0;
    // `script` starts a shell, which starts the program.
    for (;;) {
      const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
      if (child === 0) break;
      pid = child;
    }
    process.kill(pid, `SIG${name}`);
  }

  close(): void {
    this.#child.kill("SIGKILL");
  }
}
