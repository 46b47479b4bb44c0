import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Simulator } from "../src/index.ts";
import { createSimulator } from "../src/index.ts";
import { ask, streamChunks } from "./client.ts";
import { converse, execute, fileTools } from "./tools.ts";

let simulator: Simulator;
beforeEach(async () => {
  simulator = await createSimulator();
});
afterEach(() => simulator.close());

const INTRODUCTION = "I am Waygate's simulator, not a language model.";

describe("a turn with tools", () => {
  it("lists and reads in one step, and then says what it found", async () => {
    const message = "List the files here, read README.md and tell me what it is about";
    expect(await converse(simulator, message, execute)).toEqual({
      steps: [
        [
          ["list_files", { path: "." }],
          ["read_file", { path: "README.md" }],
        ],
      ],
      text:
        `${INTRODUCTION} Here is what the tools gave.\n\n` +
        ". has 3 entries: README.md, package.json, src/.\n\n" +
        "README.md has 5 lines. Its first heading is “Waygate”. " +
        "It begins: “Model access through any gateway. It is written in TypeScript!”.",
    });
  });

  it("says what it is about to call, in text before the calls", async () => {
    const chunks = await streamChunks(simulator, {
      messages: [{ role: "user", content: "list the files and read README.md" }],
      tools: fileTools,
    });
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
    expect(text).toBe("Calling list_files, read_file.");
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("tool_calls");
  });

  it("takes a second step for what the first one finds", async () => {
    const { steps, text } = await converse(simulator, "Find the file that mentions TODO and then read it", execute);
    expect(steps).toEqual([[["search_files", { query: "TODO" }]], [["read_file", { path: "src/main.ts" }]]]);
    expect(text).toContain(
      "2 matches for `TODO`: src/main.ts:3: // TODO later, src/index.ts:9: // TODO now.\n\n" +
        "src/main.ts has 1 line. It begins: “content of src/main.ts”.",
    );
  });

  it("reads all that a list names, in the folder that was listed", async () => {
    const { steps } = await converse(simulator, "List the files in src/ and read them all", execute);
    expect(steps).toEqual([
      [["list_files", { path: "src/" }]],
      [
        ["read_file", { path: "src/index.ts" }],
        ["read_file", { path: "src/main.ts" }],
      ],
    ]);
  });

  it("picks the file that the message describes", async () => {
    const { steps } = await converse(simulator, "list the files, then open the package manifest", execute);
    expect(steps[1]).toEqual([["read_file", { path: "package.json" }]]);
  });

  it("writes, and only then reads back", async () => {
    const { steps, text } = await converse(simulator, "write `hello` to notes.txt, then read it back", execute);
    expect(steps).toEqual([
      [["write_file", { path: "notes.txt", content: "hello" }]],
      [["read_file", { path: "notes.txt" }]],
    ]);
    expect(text).toContain("`write_file` answered: “ok”.");
  });

  it("runs a command and quotes its output", async () => {
    const { steps, text } = await converse(simulator, "run `ls -la`", execute);
    expect(steps).toEqual([[["run_command", { command: "ls -la" }]]]);
    expect(text).toContain("`ls -la` printed 3 lines: “total 0 / a.txt / b.txt”.");
  });

  it("names the keys of a JSON file, and counts without line numbers", async () => {
    const json = await converse(simulator, "what does package.json say?", execute);
    expect(json.text).toContain("package.json has 1 line. It is JSON with the keys name, version.");
    const numbered = await converse(simulator, "read README.md", () => "1\t# Title\n2\t\n3\tFirst.");
    expect(numbered.text).toContain("README.md has 3 lines. Its first heading is “Title”. It begins: “First”.");
  });

  it("keeps the remark of a tool apart from its result", async () => {
    const failed = await converse(simulator, "run `npm test`", () => "1 failed\n[exit code 1]");
    expect(failed.text).toContain("`npm test` printed 1 line (exit code 1): “1 failed”.");
    const silent = await converse(simulator, "run `true`", () => "[exit code 0]");
    expect(silent.text).toContain("`run_command` came back empty for `true` (exit code 0).");
    const cut = await converse(simulator, "read a.md", () => "# A\n\nB.\n[cut: lines 1 to 3 of 9]");
    expect(cut.text).toContain("a.md has 3 lines (cut: lines 1 to 3 of 9). Its first heading is “A”. It begins: “B”.");
  });

  it("says so where there is nothing", async () => {
    const none = await converse(simulator, "search for `x`", () => "No matches in 12 files.");
    expect(none.text).toContain("Nothing was found for `x`.");
    const empty = await converse(simulator, "list src/", () => "src is empty.");
    expect(empty.text).toContain("`list_files` answered: “src is empty”.");
  });

  it("reads a file that is JSON as a file", async () => {
    const { text } = await converse(simulator, "read tsconfig.json", () => '{"files": [], "references": []}');
    expect(text).toContain("tsconfig.json has 1 line. It is JSON with the keys files, references.");
  });

  it("takes results out of JSON that wraps them", async () => {
    const list = await converse(simulator, "list the files", () => '{"entries":[{"name":"a.ts"},{"name":"b.ts"}]}');
    expect(list.text).toContain(". has 2 entries: a.ts, b.ts.");
    const read = await converse(simulator, "read a.md", () => '{"content":"# A\\n\\nText."}');
    expect(read.text).toContain("a.md has 3 lines. Its first heading is “A”. It begins: “Text”.");
  });

  it("reads 'it' from what was found before the last message", async () => {
    const call = { id: "c", type: "function", function: { name: "search_files", arguments: '{"query":"x"}' } };
    const answer = await ask(simulator, {
      tools: fileTools,
      messages: [
        { role: "user", content: "search for x" },
        { role: "assistant", content: null, tool_calls: [call] },
        { role: "tool", tool_call_id: "c", content: "src/a.ts:1: x" },
        { role: "assistant", content: "One match." },
        { role: "user", content: "Now read it" },
      ],
    });
    expect(answer.choices[0].message.tool_calls?.[0]?.function).toEqual({
      name: "read_file",
      arguments: '{"path":"src/a.ts"}',
    });
  });
});

describe("what goes wrong", () => {
  it.each([
    ["Error: ENOENT, no such file", "`read_file` did not work for `a.md`: “Error: ENOENT, no such file”."],
    ['{"error":{"message":"gone"}}', "`read_file` did not work for `a.md`: “gone”."],
    ["a.md: permission denied", "`read_file` did not work for `a.md`: “a.md: permission denied”."],
    ["The file does not exist.", "`read_file` did not work for `a.md`: “The file does not exist”."],
    [
      "The user denied this call.",
      "`read_file` was not allowed to run, so nothing was done: “The user denied this call”.",
    ],
    ["", "`read_file` came back empty for `a.md`."],
  ])("is said in plain words: %s", async (result, sentence) => {
    const { text } = await converse(simulator, "read a.md", () => result);
    expect(text).toBe(`${INTRODUCTION} Here is what the tools gave.\n\n${sentence}`);
  });

  it("ends the turn: nothing more is called after a failure", async () => {
    const message = "write `x` to a.md and then read it";
    const { steps, text } = await converse(simulator, message, () => "Denied by the user");
    expect(steps).toEqual([[["write_file", { path: "a.md", content: "x" }]]]);
    expect(text).toContain("`write_file` was not allowed to run, so nothing was done: “Denied by the user”.");
  });

  it("does not take the words of a file for a failure", async () => {
    const { text } = await converse(simulator, "read a.md", () => "# Errors\n\nThe request failed. It was not found.");
    expect(text).toContain("Its first heading is “Errors”.");
  });
});

describe("a message that asks for no tool", () => {
  it("is echoed, with what can be asked", async () => {
    const answer = await ask(simulator, {
      tools: fileTools,
      messages: [{ role: "user", content: "Hello,\nwho are you?" }],
    });
    expect(answer.choices[0].message.content).toBe(
      `${INTRODUCTION} You said: “Hello, who are you?”.\n\n` +
        "I call tools when your words name what they do: `list_files`, `read_file`, `search_files`, `write_file`, " +
        "`run_command`. Try “list the files here”, “read README.md and tell me what it is about”, " +
        "“search for `TODO` and read the first file”, “write `hello` to notes.txt”, “run `ls -la`”, " +
        "“count to 500” for a long answer.",
    );
  });

  it("is told that no tools came, and that pictures are not seen", async () => {
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
    const content = [{ type: "text", text: "What is this?" }, image];
    const answer = await ask(simulator, { messages: [{ role: "user", content }] });
    expect(answer.choices[0].message.content).toBe(
      `${INTRODUCTION} You said: “What is this?”. I cannot see what you attached (1).\n\n` +
        "I answer by rules and know nothing; no tools came with this request. Try “count to 500” for a long answer.",
    );
  });

  it("may ask for a long answer", async () => {
    const answer = await ask(simulator, { messages: [{ role: "user", content: "Count to 5" }] });
    expect(answer.choices[0].message.content).toBe("1, 2, 3, 4, 5");
  });

  it("gets the same answer each time", async () => {
    const fields = { messages: [{ role: "user", content: "list the files" }], tools: fileTools };
    expect((await ask(simulator, fields)).choices).toEqual((await ask(simulator, fields)).choices);
  });
});
