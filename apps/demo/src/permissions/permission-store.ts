import { isObject } from "@waygate/core/plugin";
import { HostError, JsonFile } from "@waygate/host";

/** Something that a person allowed a tool to do in a folder, until they revoke it. Plain data. */
export interface PermissionRule {
  /** What it is revoked by. Never used twice. */
  readonly id: number;
  /** The real path of the folder: absolute, without symbolic links. */
  readonly folder: string;
  /** The tool's name. */
  readonly tool: string;
  /** `command`: exactly this command. `prefix`: a program and subcommand. `file`: exactly this path in the folder. */
  readonly kind: "command" | "prefix" | "file";
  readonly value: string;
  /** When the rule was made, as an ISO 8601 date and time. */
  readonly created: string;
}

/** A rule before it is stored. */
export type NewPermissionRule = Omit<PermissionRule, "id" | "created">;

interface Content {
  readonly version: 1;
  readonly nextId: number;
  readonly rules: readonly PermissionRule[];
}

const kinds: readonly unknown[] = ["command", "prefix", "file"];

/**
 * Keeps permission rules in a file for this user alone. It is read anew at each call, so that a rule which another
 * process revokes holds no longer. Its methods reject with a `HostError` of code `data-file` if the file cannot be used.
 */
export class PermissionStore {
  readonly #file: JsonFile;

  constructor(file: string) {
    this.#file = new JsonFile(file);
  }

  /** Where the rules are kept. */
  get file(): string {
    return this.#file.path;
  }

  /** Returns the rules for a folder, or for all folders, the oldest first. */
  async list(folder?: string): Promise<readonly PermissionRule[]> {
    const { rules } = this.#contentOf(await this.#file.read());
    return folder === undefined ? rules : rules.filter((rule) => rule.folder === folder);
  }

  /** Stores a rule, unless there is one that says the same. Returns the rule that is stored. */
  async add(added: NewPermissionRule): Promise<PermissionRule> {
    let stored: PermissionRule | undefined;
    await this.#file.update((value) => {
      const { nextId, rules } = this.#contentOf(value);
      stored = rules.find((rule) => sameRule(rule, added));
      if (stored !== undefined) return value;
      const { folder, tool, kind, value: text } = added;
      stored = { id: nextId, folder, tool, kind, value: text, created: new Date().toISOString() };
      return { version: 1, nextId: nextId + 1, rules: [...rules, stored] } satisfies Content;
    });
    // `update` has called its function.
    return stored as PermissionRule;
  }

  /** Removes the rules that `choose` is true for, and returns them. */
  async remove(choose: (rule: PermissionRule) => boolean): Promise<readonly PermissionRule[]> {
    let removed: readonly PermissionRule[] = [];
    await this.#file.update((value) => {
      const { nextId, rules } = this.#contentOf(value);
      removed = rules.filter(choose);
      if (removed.length === 0) return value;
      return { version: 1, nextId, rules: rules.filter((rule) => !removed.includes(rule)) } satisfies Content;
    });
    return removed;
  }

  #contentOf(value: unknown): Content {
    if (value === undefined) return { version: 1, nextId: 1, rules: [] };
    if (!isObject(value) || value.version !== 1 || !Array.isArray(value.rules)) {
      throw new HostError("data-file", `The file "${this.file}" does not hold permission rules. Move it away.`);
    }
    const rules = value.rules.filter(isRule);
    const highest = Math.max(0, ...rules.map(({ id }) => id));
    const nextId = Math.max(highest + 1, typeof value.nextId === "number" ? value.nextId : 1);
    return { version: 1, nextId, rules };
  }
}

function isRule(entry: unknown): entry is PermissionRule {
  if (!isObject(entry) || !kinds.includes(entry.kind) || !Number.isSafeInteger(entry.id)) return false;
  return [entry.folder, entry.tool, entry.value, entry.created].every((field) => typeof field === "string");
}

function sameRule(a: NewPermissionRule, b: NewPermissionRule): boolean {
  return a.folder === b.folder && a.tool === b.tool && a.kind === b.kind && a.value === b.value;
}
