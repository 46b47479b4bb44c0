import { isObject } from "@waygate/core/plugin";
import { reasonOf, UnreadableFile } from "../files/file-error.ts";
import { withFileLock } from "../files/file-lock.ts";
import { readRegularFile } from "../files/read-regular-file.ts";
import { decodeText } from "../files/read-text.ts";
import { linkTarget, writeAtomically } from "../files/write-atomically.ts";
import { HostError, isHostError } from "../host-error.ts";
import { type CredentialKey, type CredentialStore, sameKey } from "./credential-store.ts";

interface Entry extends CredentialKey {
  readonly value: string;
}

/** The largest file that is read, in bytes. */
const limit = 4 * 1024 * 1024;

/**
 * Keeps keys in a file that only this user can read. Keys stand in it as they are: for machines without a keychain, and
 * only where somebody asked for it. A file that others can read is refused, not mended: they may have read it.
 */
export function fileStore(file: string): CredentialStore {
  const read = () => guarded(file, async () => readEntries(await linkTarget(file)));
  const change = (edit: (entries: readonly Entry[]) => readonly Entry[]) =>
    guarded(file, async () => {
      const target = await linkTarget(file);
      await withFileLock(target, async () => {
        const before = await readEntries(target);
        const entries = edit(before);
        if (entries === before) return;
        await writeAtomically(target, `${JSON.stringify({ version: 1, keys: entries }, null, 2)}\n`, 0o600);
      });
    });

  return {
    kind: "file",
    async get(key) {
      return (await read()).find((entry) => sameKey(entry, key))?.value;
    },
    async set({ gateway, credential, address }, value) {
      const added = { gateway, credential, address, value };
      await change((entries) => [...entries.filter((entry) => !sameKey(entry, added)), added]);
      if ((await read()).some((entry) => sameKey(entry, added) && entry.value === value)) return;
      throw new HostError("key-not-saved", `The key was written to "${file}", but does not stand there. Try again.`);
    },
    async delete(key) {
      let found = false;
      await change((entries) => {
        found = entries.some((entry) => sameKey(entry, key));
        return found ? entries.filter((entry) => !sameKey(entry, key)) : entries;
      });
      return found;
    },
    async list() {
      return (await read()).map(({ gateway, credential, address }) => ({ gateway, credential, address }));
    },
  };
}

async function readEntries(file: string): Promise<readonly Entry[]> {
  const text = await readPrivate(file);
  if (text === undefined) return [];
  const root = parse(text);
  if (!isObject(root) || !Array.isArray(root.keys)) {
    throw new HostError("key-file", `"${file}" is no file of keys. Move it away, or name another one.`);
  }
  return root.keys.flatMap((entry: unknown) => {
    if (!isObject(entry)) return [];
    const { gateway, credential, address, value } = entry;
    const whole = [gateway, credential, address, value].every((field) => typeof field === "string");
    return whole ? [{ gateway, credential, address, value } as Entry] : [];
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not handed on: the parser's message quotes what it found, which may be a key.
    return undefined;
  }
}

async function readPrivate(file: string): Promise<string | undefined> {
  const content = await readRegularFile(file, limit);
  if (content === undefined) return undefined;
  const { mode, uid } = content.stats;
  // Windows has no such modes; the folder of the user's settings is the user's own there.
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    const octal = (mode & 0o777).toString(8);
    throw new HostError(
      "key-file",
      `Others than you can use the keys in "${file}" (its mode is ${octal}). Run: chmod 600 "${file}". If others use this machine, replace the keys too.`,
    );
  }
  if (process.getuid !== undefined && uid !== process.getuid() && process.getuid() !== 0) {
    throw new HostError("key-file", `"${file}" belongs to another user.`);
  }
  return decodeText(content.bytes).text;
}

async function guarded<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isHostError(error)) throw error;
    const reason = error instanceof UnreadableFile ? error.message : reasonOf(error);
    throw new HostError("key-file", `The file of keys "${file}" ${reason}.`, { cause: error });
  }
}
