import { type FSWatcher, unwatchFile, watch, watchFile } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { linkTarget } from "./write-atomically.ts";

/** Events of one save come together; whoever is told reads the file once. In milliseconds. */
const debounce = 60;
/** How often is looked where the system cannot watch: network drives, too many watches. In milliseconds. */
const pollInterval = 1000;

/**
 * Tells when a file may have changed: written in place, replaced as editors do, made, deleted, or its symbolic link
 * pointed elsewhere. The file need not exist, nor its folder. It may tell too often, never too seldom. Keeps no process
 * alive. Returns what ends it.
 */
export function watchFileChanges(path: string, changed: () => void): () => void {
  const watcher = new FileWatch(path, changed);
  return () => watcher.close();
}

class FileWatch {
  readonly #path: string;
  readonly #changed: () => void;
  #watchers = new Map<string, FSWatcher>();
  #timer: NodeJS.Timeout | undefined;
  #polling = false;
  #closed = false;

  constructor(path: string, changed: () => void) {
    this.#path = path;
    this.#changed = changed;
    // Told once the watches stand: what changed before them has been seen by nobody.
    this.#arrange().then(
      () => this.#tell(),
      () => this.#poll(),
    );
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    if (this.#polling) unwatchFile(this.#path, this.#onEvent);
  }

  /** Watches the folders that matter now: the folder of the file, of what a link leads to, or what there is of them. */
  async #arrange(): Promise<void> {
    const files = new Set([this.#path, await linkTarget(this.#path).catch(() => this.#path)]);
    const wanted = new Map<string, Set<string>>();
    for (const file of files) {
      const [folder, entry] = await nearestFolder(file);
      wanted.set(folder, (wanted.get(folder) ?? new Set()).add(entry));
    }
    if (this.#closed) return;
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const [folder, entries] of wanted) if (!this.#watchers.has(folder)) this.#watch(folder, entries);
  }

  #watch(folder: string, entries: ReadonlySet<string>): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        // Without a name, or with the folder's own when it is deleted, anything may have happened.
        if (name === null || entries.has(name) || name === basename(folder)) this.#onEvent();
      });
      watcher.on("error", () => {
        watcher.close();
        this.#watchers.delete(folder);
        this.#poll();
      });
      this.#watchers.set(folder, watcher);
    } catch {
      this.#poll();
    }
  }

  #poll(): void {
    if (this.#polling || this.#closed) return;
    this.#polling = true;
    watchFile(this.#path, { interval: pollInterval, persistent: false }, this.#onEvent);
  }

  readonly #onEvent = (): void => {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // A watched folder may be another one by now, or be there at last: all watches are made anew.
      for (const watcher of this.#watchers.values()) watcher.close();
      this.#watchers.clear();
      this.#arrange().then(
        () => this.#tell(),
        () => {
          this.#poll();
          this.#tell();
        },
      );
    }, debounce);
    this.#timer.unref();
  };

  #tell(): void {
    if (!this.#closed) this.#changed();
  }
}

/** The nearest folder above a path that exists, and the entry in it on the way to the path. */
async function nearestFolder(path: string): Promise<readonly [string, string]> {
  let entry = path;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const exists = await stat(folder).then(
      (information) => information.isDirectory(),
      () => false,
    );
    if (exists || folder === dirname(folder)) return [folder, basename(entry)];
    entry = folder;
  }
}
