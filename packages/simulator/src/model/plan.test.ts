import { describe, expect, it } from "vitest";
import type { Conversation, JsonSchema } from "../conversation.ts";
import { planSteps } from "./plan.ts";

const text = { type: "string" };

function tool(name: string, description: string, properties: Record<string, JsonSchema>, required: readonly string[]) {
  return { name, description, parameters: { type: "object", properties, required } };
}

const fileTools = [
  tool("list_files", "List the files and folders in a folder.", { path: text, recursive: { type: "boolean" } }, [
    "path",
  ]),
  tool(
    "read_file",
    "Read a text file.",
    {
      path: text,
      offset: { type: "integer", description: "The first line to read" },
      limit: { type: "integer", description: "How many lines to read" },
    },
    ["path"],
  ),
  tool("search_files", "Search the files of a folder for a text or pattern.", { query: text, path: text }, ["query"]),
  tool("write_file", "Write a text file, replacing what was there.", { path: text, content: text }, [
    "path",
    "content",
  ]),
  tool("run_command", "Run a shell command in the folder.", { command: text }, ["command"]),
];

const otherTools = [
  tool(
    "get_weather",
    "Current weather for a city",
    { city: text, unit: { type: "string", enum: ["celsius", "fahrenheit"] } },
    ["city"],
  ),
  tool("addNumbers", "Adds two numbers", { a: { type: "number" }, b: { type: "number" } }, ["a", "b"]),
  tool("create_issue", "Create an issue", { title: text, body: text }, ["title"]),
  tool("get_current_time", "Get the time now", {}, []),
  tool("web_search", "Search the web", { query: text }, ["query"]),
  tool("copy_file", "Copy a file", { source: text, destination: text }, ["source", "destination"]),
  tool("fetch_page", "Fetch a page", { url: text }, ["url"]),
  tool("delete_files", "Delete files", { paths: { type: "array", items: text } }, ["paths"]),
  tool("set_volume", "Set the volume", { level: { type: "integer", minimum: 0, maximum: 10 } }, ["level"]),
];

function plan(message: string, tools: Conversation["tools"]) {
  const steps = planSteps(message, {
    model: "simulator",
    turns: [],
    tools,
    toolChoice: "auto",
    parallelToolCalls: true,
    reasoning: false,
    responseFormat: { type: "text" },
    maxTokens: 1000,
    stop: [],
    stream: false,
    includeUsage: false,
  });
  return steps.map((step) => step.map((call) => `${call.tool.name} ${JSON.stringify(call.arguments)}`));
}

const list = (path: string) => `list_files {"path":"${path}"}`;
const read = (path: string) => `read_file {"path":"${path}"}`;

describe("file tools", () => {
  it.each<[string, readonly (readonly string[])[]]>([
    ["List the files here, read README.md and tell me what it is about", [[list("."), read("README.md")]]],
    ["Which files are in this folder, and what does README.md say?", [[list("."), read("README.md")]]],
    ["what files are here?", [[list(".")]]],
    ["ls", [[list(".")]]],
    ["How many files are in packages/core?", [[list("packages/core")]]],
    ["What does the text file packages/core hold?", [[list("packages/core")]]],
    ["What's in src/?", [[list("src/")]]],
    ["show me the files in the src folder", [[list("src")]]],
    ["list the files in docs", [[list("docs")]]],
    ["list src/ recursively", [['list_files {"path":"src/","recursive":true}']]],
    ["list src/, but not recursively", [['list_files {"path":"src/","recursive":false}']]],
    ["read README.md and package.json", [[read("README.md"), read("package.json")]]],
    ["Read ./a.txt, /etc/hosts and ..\\b.txt.", [[read("./a.txt"), read("/etc/hosts"), read("..\\\\b.txt")]]],
    ["summarise the readme", [[read("README.md")]]],
    ["What is this project about?", [[read("README.md")]]],
    ["Tell me about package.json", [[read("package.json")]]],
    ["open `src/index.ts`", [[read("src/index.ts")]]],
    ["show me README.md", [[read("README.md")]]],
    ["show the first 20 lines of README.md", [['read_file {"path":"README.md","limit":20}']]],
    ["read README.md from line 5", [['read_file {"path":"README.md","offset":5}']]],
    ["I have a file notes.txt. Read it.", [[read("notes.txt")]]],
    ["search for TODO in src/", [['search_files {"query":"TODO","path":"src/"}']]],
    ["search src/ for TODO comments", [['search_files {"query":"TODO comments","path":"src/"}']]],
    ["In src/, find TODO", [['search_files {"query":"TODO","path":"src/"}']]],
    ['grep for "hello world" in docs', [['search_files {"query":"hello world","path":"docs"}']]],
    ["find all usages of createServer in the src folder", [['search_files {"query":"createServer","path":"src"}']]],
    ["Which files mention TODO?", [['search_files {"query":"TODO"}']]],
    ["find *.ts files", [['search_files {"query":"*.ts"}']]],
    ["where is createSimulator defined?", [['search_files {"query":"createSimulator"}']]],
    ["look for the word waygate", [['search_files {"query":"waygate"}']]],
    ["find README.md and then read it", [['search_files {"query":"README.md"}'], [read(".")]]],
    ["write `hello` to notes.txt", [['write_file {"path":"notes.txt","content":"hello"}']]],
    ["write hello world to notes.txt", [['write_file {"path":"notes.txt","content":"hello world"}']]],
    ["Create a file notes.txt with hello", [['write_file {"path":"notes.txt","content":"hello"}']]],
    ["write `README.md` to `index.txt`", [['write_file {"path":"index.txt","content":"README.md"}']]],
    [
      "Write the following to a.md:\n```md\n# Hi\n\nread, and run\n```",
      [['write_file {"path":"a.md","content":"# Hi\\n\\nread, and run"}']],
    ],
    [
      'save "a, b and read c" to out/x.txt, then read it back',
      [['write_file {"path":"out/x.txt","content":"a, b and read c"}'], [read(".")]],
    ],
    ["run `ls -la`", [['run_command {"command":"ls -la"}']]],
    ["run ls -la", [['run_command {"command":"ls -la"}']]],
    ["please run the tests.", [['run_command {"command":"npm test"}']]],
    ["run `npm test` and read README.md", [['run_command {"command":"npm test"}'], [read("README.md")]]],
    ["Hello, who are you?", []],
    ["What can you do?", []],
    ["Explain monads", []],
    ["Summarise this conversation", []],
    ["delete notes.txt", []],
    ["Is it yes/no, 3.5 or 12/05/2024, e.g. and/or?", []],
    ["", []],
  ])("%s", (message, steps) => {
    expect(plan(message, fileTools)).toEqual(steps);
  });
});

describe("other tools", () => {
  it.each<[string, readonly (readonly string[])[]]>([
    ["What's the weather in Paris?", [['get_weather {"city":"Paris"}']]],
    ["weather in New York in fahrenheit please", [['get_weather {"city":"New York","unit":"fahrenheit"}']]],
    ["get the weather for Berlin and the current time", [['get_weather {"city":"Berlin"}', "get_current_time {}"]]],
    ["add 2 and -3.5", [['addNumbers {"a":2,"b":-3.5}']]],
    ["Create an issue titled `Bug` with body `it broke`", [['create_issue {"title":"Bug","body":"it broke"}']]],
    ["create an issue about login failing", [['create_issue {"title":"login failing"}']]],
    ["what time is it?", [["get_current_time {}"]]],
    ["search the web for cats", [['web_search {"query":"cats"}']]],
    ["copy a.txt to b.txt", [['copy_file {"source":"a.txt","destination":"b.txt"}']]],
    ["fetch https://example.org/a?b=1.", [['fetch_page {"url":"https://example.org/a?b=1"}']]],
    ["delete a.txt and `b c.txt`", [['delete_files {"paths":["a.txt","b c.txt"]}']]],
    ["set the volume to 99", [['set_volume {"level":10}']]],
  ])("%s", (message, steps) => {
    expect(plan(message, otherTools)).toEqual(steps);
  });
});

it("is done with a long message in no time", () => {
  const started = performance.now();
  for (const unit of ["“", "` ", "read a.md and ", "in ", "src/ ", ", "]) plan(unit.repeat(100_000), fileTools);
  expect(performance.now() - started).toBeLessThan(5000);
});
