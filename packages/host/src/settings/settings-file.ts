import { constants, open } from "node:fs/promises";
import { reasonOf, UnreadableFile } from "../files/file-error.ts";
import { withFileLock } from "../files/file-lock.ts";
import { readRegularFile } from "../files/read-regular-file.ts";
import { decodeText, readTextFile } from "../files/read-text.ts";
import { linkTarget, writeAtomically } from "../files/write-atomically.ts";
import { HostError, isHostError } from "../host-error.ts";
import type { Notice } from "../notice.ts";
import { SettingsDocument } from "./document.ts";
import { formatPlace } from "./place.ts";
import type { SettingsLayer } from "./settings-options.ts";

/**
 * The largest file that is read, in bytes. That of a project is often the work of others, and chooses models alone; read
 * as a tree, a file takes up to a hundred times its size.
 */
const limits: Readonly<Record<SettingsLayer, number>> = { user: 64 * 1024 * 1024, project: 1024 * 1024 };
/** Settings hold no keys, but addresses and models are nobody else's business either. */
const newFileMode = 0o600;

export type ReadResult = { readonly document: SettingsDocument } | { readonly fault: Notice };

/** Reads a settings file. One that cannot be read, or whose text is wrong, is a fault; one that is not there is empty. */
export async function readSettingsFile(file: string, layer: SettingsLayer): Promise<ReadResult> {
  try {
    const document = new SettingsDocument(file, (await readTextFile(file, limits[layer]))?.text);
    const [fault] = document.faults;
    return fault === undefined ? { document } : { fault };
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    const message = `The settings file ${error.message}.`;
    return { fault: { severity: "error", code: "settings-unreadable", message, place: { file, line: 1, column: 1 } } };
  }
}

/** The error that a fault is where the settings cannot be done without. */
export function faultError({ code, message, place }: Notice): HostError {
  const words = place === undefined ? message : `${formatPlace(place)}: ${message}`;
  return new HostError(code === "settings-syntax" ? code : "settings-unreadable", words, place && { place });
}

/**
 * Changes the text of a settings file. Nothing is lost to others that write it at the same time: those that use this
 * function wait for one another, and where somebody else was quicker the change is made again to what they wrote.
 * Rejects with a `HostError`.
 */
export async function editSettingsFile(
  file: string,
  layer: SettingsLayer,
  change: (text: string) => string,
): Promise<void> {
  try {
    const target = await linkTarget(file);
    await withFileLock(target, async () => {
      for (let attempt = 1; attempt <= 20; attempt++) if (await tryEdit(file, target, limits[layer], change)) return;
      throw new HostError("settings-busy", `Another program keeps writing "${file}". Try again when it has ended.`);
    });
  } catch (error) {
    if (isHostError(error)) throw error;
    if (error instanceof UnreadableFile) {
      throw new HostError("settings-unreadable", `The settings file "${file}" ${error.message}.`, { cause: error });
    }
    throw new HostError("settings-unwritable", `The settings file "${file}" ${reasonOf(error)}.`, { cause: error });
  }
}

async function tryEdit(
  file: string,
  target: string,
  limit: number,
  change: (text: string) => string,
): Promise<boolean> {
  const bytes = (await readRegularFile(target, limit))?.bytes;
  const { text, byteOrderMark } = bytes === undefined ? { text: "", byteOrderMark: false } : decodeText(bytes);
  const changed = changeText(file, text, change);
  if (changed === text && bytes !== undefined) return true;
  // Replacing a file asks only for the right to write its folder: whoever protected the file meant it.
  if (bytes !== undefined) await (await open(target, constants.O_RDWR | (constants.O_NONBLOCK ?? 0))).close();
  if (!sameBytes(bytes, (await readRegularFile(target, limit))?.bytes)) return false;
  await writeAtomically(target, `${byteOrderMark ? "\ufeff" : ""}${changed}`, newFileMode);
  return true;
}

function changeText(file: string, text: string, change: (text: string) => string): string {
  try {
    return change(text);
  } catch (error) {
    if (!isHostError(error) || error.code !== "settings-syntax") throw error;
    const [fault] = new SettingsDocument(file, text).faults;
    throw fault === undefined ? error : faultError(fault);
  }
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Buffer.compare(a, b) === 0;
}
