import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ModelEvent } from "@waygate/core";
import { createHost, type Host, type HostOptions, type Notice } from "@waygate/host";

/** A machine for one test: a home of its own, no variables but those given, a store in memory. */
export class World implements AsyncDisposable {
  readonly folder: string;
  readonly environment: Record<string, string | undefined>;
  /** Everything that hosts said. */
  readonly told: Notice[] = [];
  readonly #hosts: Host[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    this.environment = { HOME: folder };
  }

  static async make(): Promise<World> {
    return new World(await realpath(await mkdtemp(join(tmpdir(), "waygate-host-"))));
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  async write(name: string, content: string | object): Promise<string> {
    const file = this.path(name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === "string" ? content : JSON.stringify(content, null, 2));
    return file;
  }

  /** A host with these settings in its file, not watched unless asked. */
  async host(settings?: string | object, options: HostOptions = {}): Promise<Host> {
    if (settings !== undefined) await this.write("settings.json", settings);
    const host = await createHost({
      settingsFile: this.path("settings.json"),
      environment: this.environment,
      store: "memory",
      cacheFolder: this.path("cache"),
      dataFolder: this.path("data"),
      watch: false,
      discover: false,
      onNotice: (notice) => void this.told.push(notice),
      ...options,
    });
    this.#hosts.push(host);
    return host;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.close()));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Waits until something holds; fails with what `check` last threw where it does not within a few seconds. */
export async function eventually(check: () => void | Promise<void>, withinMs = 5000): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** All events of one question to a gateway of a host. */
export async function ask(
  host: Host,
  gateway: string,
  model: string,
  request: object = {},
): Promise<readonly ModelEvent[]> {
  const events: ModelEvent[] = [];
  const stream = (await host.gateway(gateway)).stream({
    model,
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    tools: [],
    signal: new AbortController().signal,
    ...request,
  });
  for await (const batch of stream) events.push(...batch);
  return events;
}
