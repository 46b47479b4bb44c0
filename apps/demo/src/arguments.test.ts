import { describe, expect, it } from "vitest";
import { parseArguments } from "./arguments.ts";

const parse = (...argv: string[]) => parseArguments(argv, "/here");

describe("the command line", () => {
  it("is a conversation in the current folder where nothing is said", () => {
    expect(parse()).toEqual({
      command: "chat",
      help: false,
      version: false,
      prompt: undefined,
      words: [],
      model: undefined,
      settings: undefined,
      zed: false,
      folder: "/here",
      system: undefined,
      effort: undefined,
      maxSteps: undefined,
      json: false,
      yes: false,
      tools: true,
      tour: false,
      refresh: false,
      probe: false,
      title: false,
      lines: undefined,
    });
  });

  it("takes a question in one argument or several, with or without the command", () => {
    expect(parse("chat", "what is this?").prompt).toBe("what is this?");
    expect(parse("what is this?").prompt).toBe("what is this?");
    expect(parse("chat", "what", "is", "this?").prompt).toBe("what is this?");
    expect(parse("chat", "--", "--help").prompt).toBe("--help");
  });

  it("takes options wherever they stand", () => {
    const given = parse("chat", "-y", "hi", "--model=a:b:c", "--max-steps", "3", "--effort", "high", "--no-tools");
    expect(given).toMatchObject({ yes: true, prompt: "hi", model: "a:b:c", maxSteps: 3, effort: "high", tools: false });
  });

  it.each([
    [["--modle", "x"], 'There is no option --modle. Did you mean "--model"?'],
    [["--model"], "--model needs a value after it."],
    [["--model", "--json"], "--model needs a value after it."],
    [["--json=yes"], '--json takes no value: leave "yes" out.'],
    [["--json", "--json"], "--json was given twice."],
    [["--effort", "hihg"], 'not "hihg". Did you mean "high"?'],
    [["--max-steps", "0"], '--max-steps is a whole number above 0, not "0".'],
    [["modles"], 'There is no command "modles". Did you mean "models"?'],
    [["--tour", "what is this?"], "--tour has a question of its own"],
    [["--zed", "--settings", "x"], "--settings and --zed name two files"],
    [["chat", "--refresh"], '--refresh belongs to "models" and "doctor".'],
    [["models", "--probe"], '--probe belongs to "doctor".'],
    [["commit", "--title"], '--title belongs to "chat".'],
    [["chat", "--lines", "1-2"], '--lines belongs to "edit".'],
    [["edit", "--lines", "9-2"], '--lines is a line or a range of lines, such as 12, 12-20 or 12-, not "9-2".'],
  ])("%j is refused in one sentence", (argv, message) => {
    expect(() => parse(...argv)).toThrow(message);
  });
});
