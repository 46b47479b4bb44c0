import { existsSync } from "node:fs";
import { join } from "node:path";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { completions, Playground, serviceSettings } from "./program.ts";
import { hasTerminals, keys, Terminal } from "./terminal.ts";

/** The last words of the line with the turn's usage. */
const turnEnd = " out\n";

let playground: Playground;
let simulator: Simulator;
let terminal: Terminal;

beforeEach(async ({ onTestFailed }) => {
  onTestFailed(() => console.error(`What was shown:\n${terminal.text}`));
  playground = new Playground();
  simulator = await createSimulator({ models: ["test"] });
  playground.settings(serviceSettings(simulator.url));
});

afterEach(async () => {
  terminal.close();
  playground.clear();
  await simulator.close();
});

async function open(...args: string[]): Promise<void> {
  terminal = new Terminal(playground, args);
  await terminal.until("›");
}

async function say(text: string): Promise<void> {
  terminal.type(`${text}${keys.enter}`);
}

/** What the latest request held of the conversation, as role and text. */
function history(): readonly string[] {
  const body = completions(simulator).at(-1)?.body as { messages: { role: string; content: string | null }[] };
  return body.messages.filter(({ role }) => role !== "system").map(({ role, content }) => `${role}: ${content ?? ""}`);
}

// Elsewhere the same code is driven by the unit tests, without a terminal.
describe.skipIf(!hasTerminals)("a conversation at a terminal (needs the `script` of util-linux)", () => {
  it("shows where one is, answers, remembers, and ends with Ctrl-D", async () => {
    simulator.script({ text: "Hello Ann." }, { text: "Ann." });
    await open();
    expect(terminal.text).toContain(`waygate  local:test  ~/project`);
    await say("I am Ann");
    await terminal.until("Hello Ann.");
    await terminal.until(turnEnd);
    await terminal.until("›");
    await say("Who am I?");
    await terminal.until("Ann.");
    await terminal.until("›");
    expect(history()).toEqual(["user: I am Ann", "assistant: Hello Ann.", "user: Who am I?"]);
    terminal.type(keys.ctrlD);
    expect(await terminal.exitCode).toBe(0);
  });

  it("ends only the answer at Ctrl-C, and goes on with a valid history", async () => {
    simulator.script({ text: "one two three four five" }, { text: "Here I am." });
    simulator.fault({ kind: "stall", afterChunks: 3 });
    await open();
    await say("Count");
    await terminal.until("one");
    terminal.type(keys.ctrlC);
    await terminal.until("Interrupted. What was said so far is kept.");
    await terminal.until("›");
    await say("Are you there?");
    await terminal.until("Here I am.");
    expect(history()).toEqual(["user: Count", expect.stringMatching(/^assistant: one two/), "user: Are you there?"]);
    await terminal.until("›");
    await say("/exit");
    expect(await terminal.exitCode).toBe(0);
  });

  it("leaves no trace of a turn that failed before any answer", async () => {
    simulator.fault({ kind: "status", status: 401 });
    await open();
    await say("First");
    await terminal.until('error: Gateway "local" answered 401');
    await terminal.until("›");
    await say("Second");
    await terminal.until(turnEnd);
    expect(history()).toEqual(["user: Second"]);
  });

  it("leaves with 130 when Ctrl-C is pressed twice at the prompt", async () => {
    await open();
    terminal.type("half a question");
    await terminal.until("half a question");
    terminal.type(keys.ctrlC);
    await terminal.until("Ctrl-C once more leaves");
    await terminal.until("›");
    terminal.type(keys.ctrlC);
    expect(await terminal.exitCode).toBe(130);
    expect(completions(simulator)).toHaveLength(0);
  });

  it("asks before it writes: no, yes, always", async () => {
    const write = (path: string) => ({
      toolCalls: [{ name: "write_file", arguments: { path, content: "hello\n" } }],
    });
    simulator.script(write("1.txt"), { text: "Well." }, write("2.txt"), { text: "Well." });
    simulator.script(write("3.txt"), { text: "Well." }, write("4.txt"), { text: "Well." });
    await open();
    const answer = async (path: string, key: string) => {
      await say(`Write ${path}`);
      await terminal.until(`write_file wants to make ${path}`);
      expect(await terminal.until("n  no")).toContain("│ + hello\n");
      await terminal.until("› ");
      terminal.type(key);
      await terminal.until("Well.");
      await terminal.until("›");
    };
    await answer("1.txt", "n");
    expect(JSON.stringify(completions(simulator).at(-1)?.body)).toContain(
      "The person refused this call of write_file.",
    );
    await answer("2.txt", "y");
    await answer("3.txt", "s");
    await say("Write 4.txt");
    expect(await terminal.until("Well.")).not.toContain("wants to");
    expect(["1.txt", "2.txt", "3.txt", "4.txt"].map((path) => existsSync(join(playground.folder, path)))).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  it("closes an open question at Ctrl-C", async () => {
    simulator.script({ toolCalls: [{ name: "run_command", arguments: { command: "echo ran >ran.txt" } }] });
    await open();
    await say("Run it");
    await terminal.until("say why\n  › ");
    terminal.type(keys.ctrlC);
    await terminal.until("stopped\n");
    await terminal.until("Interrupted.");
    await terminal.until("›");
    await say("Hello there");
    await terminal.until(turnEnd);
    expect(history().slice(0, 3)).toEqual(["user: Run it", "assistant: ", expect.stringMatching(/^tool: Cancelled/)]);
    expect(existsSync(join(playground.folder, "ran.txt"))).toBe(false);
  });

  it("asks for a single answer too, where it is at a terminal", async () => {
    const write = { name: "write_file", arguments: { path: "new.txt", content: "hello\n" } };
    simulator.script({ toolCalls: [write] }, { text: "Well." });
    terminal = new Terminal(playground, ["chat", "Write it"]);
    await terminal.until("say why\n  › ");
    terminal.type("y");
    await terminal.until("Well.");
    expect(await terminal.exitCode).toBe(0);
    expect(existsSync(join(playground.folder, "new.txt"))).toBe(true);
  });

  it("asks one question at a time", async () => {
    const command = (text: string) => ({ name: "run_command", arguments: { command: `echo ${text}` } });
    simulator.script({ toolCalls: [command("first"), command("second")] }, { text: "Well." });
    await open();
    await say("Run both");
    await terminal.until("say why\n  › ");
    expect(terminal.text.match(/wants to run a command/g)).toHaveLength(1);
    terminal.type("y");
    await terminal.until("say why\n  › ");
    terminal.type("n");
    await terminal.until("Well.");
    expect(history().filter((line) => line.startsWith("tool"))).toEqual([
      "tool: first\n[exit code 0]",
      expect.stringContaining("The person refused"),
    ]);
  });

  it("changes the model and keeps the conversation, until it is told to start over", async () => {
    await open();
    await say("First");
    await terminal.until(turnEnd);
    await terminal.until("›");
    await say("/model simulator:simulator");
    await terminal.until("waygate  simulator:simulator");
    await terminal.until("›");
    await say("/models local");
    await terminal.until("local:test");
    await terminal.until("›");
    await say("/model local:tset");
    await terminal.until('Did you mean "test"?');
    await terminal.until("›");
    await say("/model local:test");
    await terminal.until("waygate  local:test");
    await terminal.until("›");
    await say("Second");
    await terminal.until(turnEnd);
    expect(history()).toHaveLength(3);
    await terminal.until("›");
    await say("/new");
    await terminal.until("waygate  local:test");
    await terminal.until("›");
    await say("Third");
    await terminal.until(turnEnd);
    expect(history()).toEqual(["user: Third"]);
    await terminal.until("›");
    await say("/hlep");
    await terminal.until('There is no command /hlep. Did you mean "/help"?');
    await say("/help");
    await terminal.until("/model GATEWAY:MODEL");
  });

  it("takes several pasted lines as one message", async () => {
    await open();
    terminal.type(`one\r\ntwo\r\nthree`);
    await terminal.until("three");
    terminal.type(keys.enter);
    await terminal.until(turnEnd);
    expect(history()).toEqual(["user: one\ntwo\nthree"]);
  });

  it("takes a marked paste as one message, however slowly it comes, and sends it with Enter", async () => {
    simulator.script({ text: "Well." });
    await open();
    expect(terminal.raw).toContain("\u001b[?2004h");
    const pieces = ["\u001b[200~first\r", "second\\\r", "third\r", "\u001b[201~"];
    for (const piece of pieces) {
      terminal.type(piece);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(completions(simulator)).toHaveLength(0);
    terminal.type(keys.enter);
    await terminal.until("Well.");
    expect(history()).toEqual(["user: first\nsecond\\\nthird"]);
  });

  it.each([
    ["its end", (shown: Terminal) => shown.type(keys.ctrlD)],
    ["SIGTERM", (shown: Terminal) => shown.signal("TERM")],
    ["SIGHUP", (shown: Terminal) => shown.signal("HUP")],
  ])("no longer has pastes marked after %s", async (_name, leave) => {
    await open();
    leave(terminal);
    await terminal.exitCode;
    expect(terminal.raw.lastIndexOf("\u001b[?2004l")).toBeGreaterThan(terminal.raw.lastIndexOf("\u001b[?2004h"));
  });

  it("never passes on control sequences, and has colours unless NO_COLOR is set", async () => {
    simulator.script({ text: "a\u001b]0;title\u0007b\u009b2J" });
    await open();
    expect(terminal.raw).toContain("\u001b[36mlocal:test");
    await say("Hello there");
    await terminal.until("a␛]0;title␇b");
    expect(terminal.raw).not.toContain("\u001b]0;");
    expect(terminal.raw).not.toContain("\u009b");
    terminal.close();
    terminal = new Terminal(playground, [], { NO_COLOR: "1" });
    await terminal.until("local:test");
    expect(terminal.raw).not.toContain("\u001b[36m");
  });

  it("follows the settings: an edit holds for the next question, and a mistake is told with its place", async () => {
    await open();
    const another = await createSimulator({ models: ["test"] });
    try {
      another.script({ text: "From the other one." });
      const models = [{ name: "test", max_tokens: 100_000 }];
      const edited = { local: { api_url: another.url, available_models: models, custom_haeders: {} } };
      terminal.type("half a ");
      await terminal.until("half a ");
      playground.settings({ language_models: { openai_compatible: edited } });
      await terminal.until('"custom_haeders", which has no effect.');
      await terminal.until("› half a ");
      await say("question");
      await terminal.until("From the other one.");
      await terminal.until("›");
      expect(completions(simulator)).toHaveLength(0);
      playground.settings("{ broken");
      await terminal.until(":1:3: ");
      await say("Still there?");
      await terminal.until(turnEnd);
      expect(completions(another)).toHaveLength(2);
    } finally {
      await another.close();
    }
  });

  it("stays after the tour", async () => {
    await open("--tour");
    await terminal.until("tell me what this project is.");
    await terminal.until(turnEnd);
    await terminal.until("›");
    terminal.type(keys.ctrlD);
    expect(await terminal.exitCode).toBe(0);
  });
});
