import { isObject } from "@waygate/core/plugin";
import type { Notice } from "../notice.ts";
import type { KeyPath } from "./key-path.ts";
import type { Place } from "./place.ts";
import { findDuplicates, findNode, findProperty, nodeValue, parseSyntax, type Syntax } from "./syntax.ts";

/** Whether the place of a setting is that of its key or of its value. */
export type Part = "key" | "value";

/** One settings file as it was read: its value, what is wrong with its text, and where everything stands. */
export class SettingsDocument {
  readonly file: string;
  /** False where there is no file, which is as good as an empty one. */
  readonly exists: boolean;
  /** Without a byte order mark. */
  readonly text: string;
  /** Empty where the text cannot be used. */
  readonly value: Readonly<Record<string, unknown>>;
  /** What makes the text unusable, the first fault first. */
  readonly faults: readonly Notice[];
  /** What is odd about the text, but does no harm. */
  readonly warnings: readonly Notice[];
  readonly #syntax: Syntax;
  #lineStarts: readonly number[] | undefined;

  constructor(file: string, text: string | undefined) {
    this.file = file;
    this.exists = text !== undefined;
    this.text = text ?? "";
    this.#syntax = parseSyntax(this.text);
    const { root, faults } = this.#syntax;
    const value = root === undefined ? {} : nodeValue(root);
    const notObject = faults.length === 0 && !isObject(value);
    this.value = faults.length === 0 && isObject(value) ? value : {};
    this.faults = notObject
      ? [this.#fault("settings-syntax", root?.offset ?? 0, "The settings must be an object: { … }.")]
      : faults.map(({ offset, message }) => this.#fault("settings-syntax", offset, message));
    this.warnings =
      this.faults.length > 0
        ? []
        : findDuplicates(root).map(({ key, offset }) => ({
            severity: "warning",
            code: "duplicate-key",
            message: `"${key}" stands here and again further down, where it counts. Remove one of the two.`,
            place: this.#placeAt(offset),
          }));
  }

  /** Whether something stands at a path. */
  has(path: KeyPath): boolean {
    return findNode(this.#syntax.root, path) !== undefined;
  }

  /** The place of a setting; of what is nearest around it where it is missing. */
  place(path: KeyPath, part: Part): Place {
    const { root } = this.#syntax;
    for (let length = path.length; root !== undefined && length >= 0; length--) {
      const node = findNode(root, path.slice(0, length));
      if (node === undefined) continue;
      const key = path[length - 1];
      const parent = part === "key" && length === path.length ? findNode(root, path.slice(0, length - 1)) : undefined;
      const property = parent !== undefined && typeof key === "string" ? findProperty(parent, key) : undefined;
      return this.#placeAt(property?.offset ?? node.offset);
    }
    return this.#placeAt(0);
  }

  #fault(code: string, offset: number, message: string): Notice {
    return { severity: "error", code, message, place: this.#placeAt(offset) };
  }

  #placeAt(offset: number): Place {
    this.#lineStarts ??= lineStartsOf(this.text);
    const starts = this.#lineStarts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: this.file, line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }
}

function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return starts;
}
