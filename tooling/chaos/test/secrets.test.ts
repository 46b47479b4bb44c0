import { describe, expect, it } from "vitest";
import { everything } from "../src/play/everything.ts";
import { Random } from "../src/random.ts";
import { makeSecrets, quoteSecret, SecretFinder } from "../src/secrets.ts";

const many = Array.from({ length: 100 }, (_, index) => makeSecrets(new Random("secrets", index)).key);

describe("a secret", () => {
  it("is found in every form in which a service quotes it, wherever it stands", () => {
    const random = new Random("quotes");
    for (const key of many) {
      const finder = new SecretFinder({ key });
      for (let place = 0; place < 20; place++) {
        const text = `${"-".repeat(place)}${quoteSecret(random, key)}`;
        expect(finder.find(text)).toMatch(/^key /);
        expect(finder.find(JSON.stringify({ text }))).toMatch(/^key /);
      }
    }
  });

  it("is found if most of it was cut off, and not in what is none", () => {
    const [key = "", other = ""] = many;
    const finder = new SecretFinder({ key });
    for (let at = 0; at + 15 <= key.length; at++) expect(finder.find(`cut: ${key.slice(at, at + 15)}…`)).toBeDefined();
    expect(finder.find(`Bearer sk-${other.slice(8)}`)).toBeUndefined();
    expect(finder.find("The key sk-… was refused.")).toBeUndefined();
  });
});

describe("everything that a value holds", () => {
  it("is found in causes, hidden fields, lists, maps, names and bytes", () => {
    const cause = Object.assign(new Error("in the cause"), { data: Buffer.from("in bytes") });
    const error = new Error("in the message", { cause });
    Object.defineProperty(error, "hidden", { value: "in a hidden field" });
    Object.assign(error, { list: ["in a list"], map: new Map([["in a key of a map", 1]]), "in a name": 1 });
    Object.assign(error, {
      self: error,
      [Symbol("in a symbol")]: {
        get computed() {
          return "in a getter";
        },
      },
    });
    const text = everything(error).map((part) => part.text);
    for (const words of ["the cause", "bytes", "the message", "a hidden field", "a list", "a key of a map", "a name"]) {
      expect(text).toContain(`in ${words}`);
    }
    expect(text).toContain("in a getter");
    expect(text.some((part) => part.includes("in a symbol"))).toBe(true);
  });

  it("is named by the fields that lead to it", () => {
    const found = everything({ errors: [{ cause: { data: "here" } }] }).find(({ text }) => text === "here");
    expect(found?.path).toBe(".errors.cause.data");
  });
});
