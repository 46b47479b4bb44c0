import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RecordedRequest, Simulator } from "@waygate/simulator";
import { vi } from "vitest";

// Each of these tests starts programs, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const manifest: { scripts: { waygate: string } } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
// What `pnpm waygate` runs, so that the tests run the same.
const [, ...commandLine] = manifest.scripts.waygate.split(" ");
export const program = commandLine.map((word) => (word.startsWith("-") ? word : join(repository, word)));

export interface Finished {
  /** The exit code, or the name of the signal that ended it. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  /** Standard input. Default: empty. */
  readonly input?: string | Buffer;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A folder to work in and a home of its own, so that nothing of the machine's settings and keys is seen. */
export class Playground {
  /** What is run: flags for Node, and the program's main file. */
  program: readonly string[] = program;
  readonly #base = realpathSync(mkdtempSync(join(tmpdir(), "waygate-")));
  /** The folder that the program is started in. */
  readonly folder = join(this.#base, "project");
  readonly #running = new Set<ChildProcess>();

  constructor() {
    mkdirSync(this.folder);
  }

  /** A path beside the folder, outside of what the tools may touch. */
  outside(path: string): string {
    return join(this.#base, path);
  }

  write(path: string, content: string | Buffer): string {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  /** Writes the settings to their default place. */
  settings(content: string | object): string {
    const file = join(this.#base, "config", "waygate", "settings.json");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content, undefined, 2));
    return file;
  }

  get environment(): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, HOME: this.#base, XDG_CONFIG_HOME: join(this.#base, "config") };
  }

  start(args: readonly string[], { input = "", environment = {} }: StartOptions = {}): Running {
    const child = spawn(process.execPath, [...this.program, ...args], {
      cwd: this.folder,
      env: { ...this.environment, ...environment },
      stdio: "pipe",
    });
    this.#running.add(child);
    child.once("exit", () => this.#running.delete(child));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    return new Running(child);
  }

  /** Runs the program to its end. */
  run(args: readonly string[], options?: StartOptions): Promise<Finished> {
    return this.start(args, options).finished;
  }

  clear(): void {
    for (const child of this.#running) child.kill("SIGKILL");
    rmSync(this.#base, { recursive: true, force: true });
  }
}

/** The program at work. */
export class Running {
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";
  readonly finished: Promise<Finished>;
  #changed: (() => void)[] = [];

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.#notify();
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#notify();
    });
    this.finished = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        resolve({ code: code ?? signal ?? "", stdout: this.stdout, stderr: this.stderr });
        this.#notify();
      });
    });
  }

  /** Resolves when either stream has this text. */
  async until(text: string): Promise<void> {
    while (!this.stdout.includes(text) && !this.stderr.includes(text)) {
      if (this.child.exitCode !== null) {
        throw new Error(`The program ended without "${text}".\n${this.stdout}\n${this.stderr}`);
      }
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  #notify(): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const resolve of changed) resolve();
  }
}

/** Settings with one OpenAI-compatible service, `local`, and its one model, `test`. */
export function serviceSettings(url: string, more: object = {}): object {
  return {
    language_models: {
      openai_compatible: { local: { api_url: url, available_models: [{ name: "test", max_tokens: 100_000 }] } },
    },
    ...more,
  };
}

/** The requests for an answer that a simulator got, without those for its list of models. */
export function completions(simulator: Simulator): readonly RecordedRequest[] {
  return simulator.requests.filter(({ method }) => method === "POST");
}
