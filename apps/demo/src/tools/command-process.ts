import { type ChildProcess, spawn } from "node:child_process";
import { PassThrough } from "node:stream";

const graceMilliseconds = 1000;

/** Still running; none of them may outlive the program. */
const running = new Set<CommandProcess>();
process.once("exit", () => {
  for (const command of running) command.kill("SIGKILL");
});

export interface CommandEnd {
  /** Undefined where a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/** A shell command with all the processes that it starts, which end with it. */
export class CommandProcess {
  /** What it writes, to either stream, as text in the order in which it arrives. Ends with the command. */
  readonly output = new PassThrough({ objectMode: true });
  /** Rejects where there is no shell to start. */
  readonly ended: Promise<CommandEnd>;
  readonly #child: ChildProcess;

  constructor(command: string, folder: string, environment: NodeJS.ProcessEnv) {
    this.#child = spawn(command, {
      shell: true,
      cwd: folder,
      env: environment,
      // A process group of its own, so that it can be ended whole, and a Ctrl-C is ours to pass on.
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    running.add(this);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").pipe(this.output, { end: false });
    }
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", (error) => this.#close(() => reject(error)));
      this.#child.once("exit", (exitCode, signal) => {
        // What it left in the background holds the pipes open.
        this.kill("SIGKILL");
        this.#whenDrained(() => resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined }));
      });
    });
    // Whoever is interested awaits it; a failure must not end the program meanwhile.
    this.ended.catch(() => undefined);
  }

  /** Asks the processes to end, and ends those that do not. */
  stop(): void {
    if (!running.has(this)) return;
    this.kill("SIGTERM");
    setTimeout(() => {
      if (running.has(this)) this.kill("SIGKILL");
    }, graceMilliseconds).unref();
  }

  kill(signal: "SIGTERM" | "SIGKILL"): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    if (process.platform === "win32") spawn("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore" });
    else killGroup(pid, signal);
  }

  #whenDrained(then: () => void): void {
    this.#child.once("close", () => this.#close(then));
    // A process that left the group may keep the pipes open for ever. What is still to be read is waited for.
    const timer = setInterval(() => {
      if (running.has(this) && this.output.readableLength > 0 && !this.output.destroyed) return;
      clearInterval(timer);
      this.#child.stdout?.destroy();
      this.#child.stderr?.destroy();
    }, graceMilliseconds).unref();
  }

  #close(then: () => void): void {
    running.delete(this);
    this.output.end();
    then();
  }
}

function killGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // All of them are gone already.
  }
}
