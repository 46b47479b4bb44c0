import fc from "fast-check";
import { visit } from "jsonc-parser";
import { describe, expect, it } from "vitest";
import { isHostError } from "../host-error.ts";
import { editText } from "./edit-text.ts";
import type { KeyPath } from "./key-path.ts";
import { findNode, nodeValue, parseSyntax } from "./syntax.ts";

function lines(...text: readonly string[]): string {
  return text.join("\n");
}

describe("editText", () => {
  it("begins a file that is empty, or holds comments only", () => {
    expect(editText("", ["agent", "default_model"], { provider: "p", model: "m" })).toBe(
      lines(
        "{",
        '  "agent": {',
        '    "default_model": {',
        '      "provider": "p",',
        '      "model": "m"',
        "    }",
        "  }",
        "}",
        "",
      ),
    );
    expect(editText("// mine\n", ["proxy"], "none")).toBe(lines("// mine", "{", '  "proxy": "none"', "}", ""));
  });

  it("changes a value and nothing else", () => {
    const text = lines("{", "\t// why", '\t"proxy" : "http://a", // here', '\t"plugins": [],', "}");
    expect(editText(text, ["proxy"], "none")).toBe(text.replace('"http://a"', '"none"'));
  });

  it("leaves a comment with the entry it was written for when another is added", () => {
    const text = lines("{", '  "a": 1 // about a', "  // the end", "}");
    expect(editText(text, ["b"], 2)).toBe(lines("{", '  "a": 1, // about a', '  "b": 2', "  // the end", "}"));
  });

  it("keeps to trailing commas, tabs and CRLF", () => {
    const text = '{\r\n\t"a": {\r\n\t\t"x": 1, // x\r\n\t},\r\n}\r\n';
    expect(editText(text, ["a", "y"], { z: [1] })).toBe(
      '{\r\n\t"a": {\r\n\t\t"x": 1, // x\r\n\t\t"y": {\r\n\t\t\t"z": [\r\n\t\t\t\t1\r\n\t\t\t]\r\n\t\t},\r\n\t},\r\n}\r\n',
    );
  });

  it("stays on the line of what stands on one line", () => {
    expect(editText('{ "a": { "x": 1 } }', ["a", "y"], [2])).toBe('{ "a": { "x": 1, "y": [2] } }');
    expect(editText('{ "a": [1, 3] }', ["a"], [0, 1, 2, 3])).toBe('{ "a": [0, 1, 2, 3] }');
    expect(editText('{ "a": 1, "b": 2, "c": 3 }', ["b"], undefined)).toBe('{ "a": 1, "c": 3 }');
    expect(editText('{ "a": 1, "c": 3 }', ["c"], undefined)).toBe('{ "a": 1 }');
    expect(editText('{ "a": 1 }', ["a"], undefined)).toBe("{  }");
  });

  it("removes an entry with its own comment, and no comment of its neighbours", () => {
    const text = lines("{", '  "a": 1, // about a', "  // above b", '  "b": 2 // about b', "  // below", "}");
    expect(editText(text, ["b"], undefined)).toBe(lines("{", '  "a": 1 // about a', "  // above b", "  // below", "}"));
    expect(editText(text, ["a"], undefined)).toBe(lines("{", "  // above b", '  "b": 2 // about b', "  // below", "}"));
  });

  it("touches of a list only the entries that differ", () => {
    const text = lines(
      "[",
      '  { "name": "a" }, // first',
      '  { "name": "b" }, // second',
      '  { "name": "c" } // third',
      "]",
    );
    const document = `{\n"models": ${text}\n}`;
    expect(editText(document, ["models"], [{ name: "a" }, { name: "c" }])).toBe(
      `{\n"models": ${lines("[", '  { "name": "a" }, // first', '  { "name": "c" } // third', "]")}\n}`,
    );
    expect(editText(document, ["models", 1, "max"], 5)).toBe(document.replace('"b" }', '"b", "max": 5 }'));
    expect(editText(document, ["models", 3], { name: "d" })).toContain('"c" }, // third\n  {\n');
  });

  it("fills an object that holds only a comment below that comment", () => {
    expect(editText('{\n  "a": {\n    // nothing yet\n  }\n}', ["a", "x"], 1)).toBe(
      '{\n  "a": {\n    // nothing yet\n    "x": 1\n  }\n}',
    );
  });

  it("treats keys such as __proto__ as data", () => {
    const text = editText("{}", ["__proto__", "polluted"], true);
    expect(JSON.stringify(JSON.parse(text))).toBe('{"__proto__":{"polluted":true}}');
    expect({}).not.toHaveProperty("polluted");
  });

  it("refuses to go through what holds no keys, and to edit a text that is wrong", () => {
    const attempt = (text: string, path: KeyPath) => {
      try {
        return editText(text, path, 1);
      } catch (error) {
        return isHostError(error) ? error.code : error;
      }
    };
    expect(attempt('{ "agent": "x" }', ["agent", "y"])).toBe("settings-path");
    expect(attempt('{ "a": [] }', ["a", 2])).toBe("settings-path");
    expect(attempt('{ "a": }', ["a"])).toBe("settings-syntax");
    expect(attempt('{ "a": { "x": 1 }, "a": { "y": 1 } }', ["a", "z"])).toBe(
      '{ "a": { "x": 1 }, "a": { "y": 1, "z": 1 } }',
    );
  });

  it("gives the value asked for and loses no comment, whatever the layout", () => {
    const key = fc.constantFrom("a", "b", "c", "with.dot", "__proto__", "");
    const { value } = fc.letrec<{ value: unknown; leaf: unknown }>((tie) => ({
      leaf: fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null)),
      value: fc.oneof(
        { maxDepth: 3, depthSize: "small" },
        tie("leaf"),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    const object = fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: true });
    fc.assert(
      fc.property(object, object, fc.infiniteStream(fc.nat(20)), (from, to, layout) => {
        const text = write(from, layout);
        const result = editText(text, [], to);
        expect(sorted(read(result))).toEqual(sorted(to));
        for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
          const path = [name];
          const again = editText(text, path, Object.hasOwn(to, name) ? to[name] : undefined);
          const wanted = Object.entries(from).filter(([other]) => other !== name);
          if (Object.hasOwn(to, name)) wanted.push([name, to[name]]);
          expect(sorted(read(again))).toEqual(sorted(Object.fromEntries(wanted)));
          const node = findNode(parseSyntax(text).root, path);
          const before = commentsOf(text, 0, node?.parent?.offset);
          const after =
            node === undefined || !Object.hasOwn(to, name) ? [] : commentsOf(text, node.offset + node.length);
          expect(commentsOf(again)).toEqual(expect.arrayContaining([...before, ...after]));
        }
      }),
      { numRuns: 400 },
    );
  });
});

/** Writes a value as somebody might have: lines or none, commas in front or behind, comments anywhere. */
function write(value: unknown, layout: Iterator<number>): string {
  let serial = 0;
  const next = () => Number(layout.next().value);
  const gap = () => {
    const choice = next();
    if (choice < 6) return " ";
    if (choice < 9) return "\n  ";
    if (choice < 11) return ` /* ${serial++} */ `;
    if (choice < 13) return ` // ${serial++}\n`;
    if (choice < 15) return `\n  // ${serial++}\n  `;
    return "";
  };
  const join = (entries: readonly string[]) =>
    entries
      .map((entry, index) => `${gap()}${entry}${gap()}${index < entries.length - 1 || next() < 4 ? "," : ""}`)
      .join("");
  const show = (item: unknown): string => {
    if (Array.isArray(item)) return `[${join(item.map(show))}${gap()}]`;
    if (typeof item !== "object" || item === null) return JSON.stringify(item);
    return `{${join(Object.entries(item).map(([name, inner]) => `${JSON.stringify(name)}:${gap()}${show(inner)}`))}${gap()}}`;
  };
  return `${gap()}${show(value)}${gap()}`;
}

function read(text: string): unknown {
  const { root, faults } = parseSyntax(text);
  expect(faults).toEqual([]);
  return root === undefined ? {} : nodeValue(root);
}

/** Text that is the same for the same value, whatever the order of its keys. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${sorted(inner)}`).join()}}`;
}

/** The comments between two offsets. */
function commentsOf(text: string, from = 0, to = text.length): readonly string[] {
  const found: string[] = [];
  const onComment = (offset: number, length: number) => {
    if (offset >= from && offset < to) found.push(text.slice(offset, offset + length));
  };
  visit(text, { onComment }, { allowTrailingComma: true });
  return found;
}
