import { realpathSync } from "node:fs";
import { dirname, isAbsolute, relative, sep } from "node:path";
import type { Action } from "./action.ts";
import type { PermissionStore } from "./permission-store.ts";
import { type Scope, scopeCovers } from "./rule.ts";

/** Something that a person allowed for more than one call. */
export interface Remembered {
  /** What it is revoked by: a number, or `s1` for what ends with the conversation. */
  readonly id: string;
  readonly tool: string;
  readonly scope: Scope;
}

/** What a person allowed in a folder: for good, in the store, and until the conversation ends. */
export class RememberedRules {
  /** The real path of the folder. */
  readonly folder: string;
  readonly #store: PermissionStore;
  readonly #session: Remembered[] = [];
  #lastSession = 0;

  constructor(store: PermissionStore, folder: string) {
    this.#store = store;
    this.folder = folder;
  }

  /** Whether rules outlast the conversation. They do not if the folder holds the file that they would be kept in. */
  get lasting(): boolean {
    const way = relative(this.folder, existingRealPath(this.#store.file));
    return way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way);
  }

  /** The rule that covers a call. Rejects with a `HostError` if the store cannot be read. */
  async find(tool: string, action: Action | undefined): Promise<Remembered | undefined> {
    // A folder that was swapped for a link since is another folder.
    if (action === undefined || existingRealPath(this.folder) !== this.folder) return undefined;
    const covers = (rule: Remembered) => rule.tool === tool && scopeCovers(rule.scope, action);
    return this.#session.find(covers) ?? (await this.#stored()).find(covers);
  }

  /** All of this folder. Rejects with a `HostError` if the store cannot be read. */
  async list(): Promise<readonly Remembered[]> {
    return [...(await this.#stored()), ...this.#session];
  }

  /** Remembers what a person allowed. Rejects with a `HostError` if it cannot be stored. */
  async add(tool: string, scope: Scope): Promise<Remembered> {
    if (scope.kind !== "files" && this.lasting) {
      const { id } = await this.#store.add({ folder: this.folder, tool, ...scope });
      return { id: String(id), tool, scope };
    }
    const rule = { id: `s${++this.#lastSession}`, tool, scope };
    this.#session.push(rule);
    return rule;
  }

  /** Forgets the rules that `choose` is true for, and returns them. */
  async revoke(choose: (rule: Remembered) => boolean): Promise<readonly Remembered[]> {
    const chosen = (await this.list()).filter(choose);
    const ids = new Set(chosen.map(({ id }) => id));
    await this.#store.remove((rule) => rule.folder === this.folder && ids.has(String(rule.id)));
    for (const rule of chosen.filter((candidate) => this.#session.includes(candidate))) {
      this.#session.splice(this.#session.indexOf(rule), 1);
    }
    return chosen;
  }

  async #stored(): Promise<readonly Remembered[]> {
    if (!this.lasting) return [];
    const rules = await this.#store.list(this.folder);
    return rules.map(({ id, tool, kind, value }) => ({ id: String(id), tool, scope: { kind, value } }));
  }
}

/** The real path of a file, as far as it exists. */
function existingRealPath(path: string): string {
  for (let existing = path; ; existing = dirname(existing)) {
    try {
      return realpathSync(existing);
    } catch {
      if (dirname(existing) === existing) return existing;
    }
  }
}
