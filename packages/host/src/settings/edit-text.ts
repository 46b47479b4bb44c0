import { isDeepStrictEqual } from "node:util";
import { isObject } from "@waygate/core/plugin";
import { applyEdits, type Edit, type Node } from "jsonc-parser";
import { HostError } from "../host-error.ts";
import { insertChild, removeChild } from "./edit-child.ts";
import { formatKeyPath, type KeyPath } from "./key-path.ts";
import { findNode, nodeValue, parseSyntax } from "./syntax.ts";
import { lineIndent, render, styleOf } from "./text-style.ts";

/**
 * Puts a value into a text of settings, or takes one out (`undefined`), leaving comments and layout as they are: of an
 * object or a list only what differs is touched. Throws a `HostError` of code `settings-path` where the path leads
 * through something that holds no keys, and `settings-syntax` for a text that is wrong already.
 */
export function editText(text: string, path: KeyPath, value: unknown): string {
  const { root, faults } = parseSyntax(text);
  if (faults.length > 0 || (root !== undefined && root.type !== "object")) {
    throw new HostError("settings-syntax", "The settings cannot be edited while their text is wrong.");
  }
  const before = root === undefined ? undefined : nodeValue(root);
  const existing = findNode(root, path);
  let result = text;
  if (existing !== undefined) {
    const steps =
      value === undefined ? [{ path, value, insert: false }] : stepsBetween(nodeValue(existing), value, path);
    for (const step of steps) result = apply(result, step);
  } else if (value !== undefined) {
    result = create(text, root, path, value);
  }
  // A mistake in the layout's arithmetic must not cost anybody their settings.
  const after = parseSyntax(result);
  const wanted = withValue(before ?? {}, path, value);
  if (after.faults.length > 0 || !isDeepStrictEqual(after.root === undefined ? {} : nodeValue(after.root), wanted)) {
    const where = formatKeyPath(path);
    throw new HostError(
      "settings-path",
      `"${where}" cannot be changed in this text. Does one of its keys stand there twice? Edit the file by hand.`,
    );
  }
  return result;
}

interface Step {
  readonly path: KeyPath;
  /** Undefined: to be removed. */
  readonly value: unknown;
  /** Into a list, before what is at this position now. */
  readonly insert: boolean;
}

/** What has to be done to make one value of another; positions are those at the time when a step is taken. */
function stepsBetween(from: unknown, to: unknown, path: KeyPath): Step[] {
  if (isDeepStrictEqual(from, to)) return [];
  if (isObject(from) && isObject(to)) {
    const kept = Object.keys(to);
    const removed = Object.keys(from).filter((key) => !kept.includes(key));
    return [
      ...removed.map((key) => ({ path: [...path, key], value: undefined, insert: false })),
      ...kept.flatMap((key) => stepsBetween(Object.hasOwn(from, key) ? from[key] : undefined, to[key], [...path, key])),
    ];
  }
  if (Array.isArray(from) && Array.isArray(to)) return stepsBetweenLists(from, to, path);
  return [{ path, value: to, insert: false }];
}

/** What is alike at both ends stays, so that comments stay with the entries they were written for. */
function stepsBetweenLists(from: readonly unknown[], to: readonly unknown[], path: KeyPath): Step[] {
  const shorter = Math.min(from.length, to.length);
  let start = 0;
  while (start < shorter && isDeepStrictEqual(from[start], to[start])) start++;
  let end = 0;
  while (end < shorter - start && isDeepStrictEqual(from.at(-1 - end), to.at(-1 - end))) end++;
  const both = shorter - end;
  const steps: Step[] = [];
  for (let index = start; index < both; index++) steps.push(...stepsBetween(from[index], to[index], [...path, index]));
  for (let index = from.length - end - 1; index >= both; index--) {
    steps.push({ path: [...path, index], value: undefined, insert: false });
  }
  for (let index = both; index < to.length - end; index++) {
    steps.push({ path: [...path, index], value: to[index], insert: true });
  }
  return steps;
}

function apply(text: string, { path, value, insert }: Step): string {
  const { root } = parseSyntax(text);
  const style = styleOf(text, root);
  const last = path.at(-1);
  const container = findNode(root, path.slice(0, -1));
  const node = findNode(root, path);
  const isChild = last !== undefined && container !== undefined;
  let edits: readonly Edit[];
  if (isChild && node === undefined) edits = insertChild(text, container, last, value, style);
  else if (isChild && insert) edits = insertChild(text, container, last, value, style);
  else if (node === undefined) edits = [];
  else if (isChild && value === undefined) edits = removeChild(text, container, last);
  else edits = [replacement(text, node, value === undefined ? {} : value, style)];
  return applyEdits(text, [...edits]);
}

function replacement(text: string, node: Node, value: unknown, style: Parameters<typeof render>[2]): Edit {
  const holder = node.parent?.type === "property" ? node.parent.parent : node.parent;
  const inline = holder !== undefined && !/[\r\n]/.test(text.slice(holder.offset, holder.offset + holder.length));
  const content = inline ? JSON.stringify(value) : render(value, lineIndent(text, node.offset), style);
  return { offset: node.offset, length: node.length, content };
}

/** Puts in a value together with the objects around it that are missing. */
function create(text: string, root: Node | undefined, path: KeyPath, value: unknown): string {
  if (root === undefined) {
    const style = styleOf(text, undefined);
    const before = text.trimEnd();
    const content = render(wrap(path, value), "", style);
    return `${before}${before === "" ? "" : style.lineBreak}${content}${style.lineBreak}`;
  }
  let depth = path.length - 1;
  while (findNode(root, path.slice(0, depth)) === undefined) depth--;
  const container = findNode(root, path.slice(0, depth));
  const segment = path[depth];
  const fits =
    typeof segment === "number"
      ? container?.type === "array" && segment === (container.children?.length ?? 0)
      : container?.type === "object";
  if (!fits) {
    const holder = depth === 0 ? "The root of the settings" : `"${formatKeyPath(path.slice(0, depth))}"`;
    throw new HostError(
      "settings-path",
      `${holder} has no room for "${formatKeyPath(path.slice(depth))}": it is ${describe(container)}.`,
    );
  }
  return apply(text, { path: path.slice(0, depth + 1), value: wrap(path.slice(depth + 1), value), insert: false });
}

function wrap(path: KeyPath, value: unknown): unknown {
  return path.reduceRight<unknown>(
    (inner, segment) => (typeof segment === "number" ? [inner] : { [segment]: inner }),
    value,
  );
}

function describe(node: Node | undefined): string {
  if (node?.type === "array") return `a list of ${node.children?.length ?? 0}`;
  return node?.type === "object" ? "an object" : "a single value";
}

/** The value that the text should have afterwards. */
function withValue(from: unknown, path: KeyPath, value: unknown): unknown {
  const [segment, ...rest] = path;
  if (segment === undefined) return value === undefined ? {} : value;
  if (Array.isArray(from)) {
    const list: unknown[] = [...from];
    const position = Number(segment);
    if (rest.length === 0 && value === undefined) list.splice(position, 1);
    else list[position] = withValue(list[position], rest, value);
    return list;
  }
  const fresh = from === undefined || from === null;
  if (fresh && typeof segment === "number") return value === undefined ? from : [withValue(undefined, rest, value)];
  const object: Record<string, unknown> = isObject(from) ? { ...from } : {};
  const inner =
    rest.length === 0 ? value : withValue(Object.hasOwn(object, segment) ? object[segment] : undefined, rest, value);
  if (inner === undefined) delete object[segment];
  else Object.defineProperty(object, segment, { value: inner, enumerable: true, configurable: true, writable: true });
  return object;
}
