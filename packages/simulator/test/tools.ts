import type { Simulator } from "../src/index.ts";
import { ask } from "./client.ts";

function tool(name: string, description: string, properties: Record<string, unknown>, required: readonly string[]) {
  const parameters = { type: "object", properties, required, additionalProperties: false };
  return { type: "function", function: { name, description, parameters } };
}

const text = { type: "string" };

/** What an agent that works on files offers. */
export const fileTools = [
  tool("list_files", "List the files and folders in a folder.", { path: text }, ["path"]),
  tool("read_file", "Read a text file.", { path: text }, ["path"]),
  tool("search_files", "Search the files of a folder for a text.", { query: text, path: text }, ["query"]),
  tool("write_file", "Write a text file.", { path: text, content: text }, ["path", "content"]),
  tool("run_command", "Run a shell command.", { command: text }, ["command"]),
];

export type Call = readonly [name: string, args: unknown];

/** A conversation with the rule-based model in which each step's calls are answered by `execute`. */
export async function converse(
  simulator: Simulator,
  message: string,
  execute: (name: string, args: Record<string, unknown>) => string,
  fields: Record<string, unknown> = {},
): Promise<{ steps: readonly (readonly Call[])[]; text: string }> {
  const messages: unknown[] = [{ role: "user", content: message }];
  const steps: Call[][] = [];
  while (steps.length < 10) {
    const answer = await ask(simulator, { tools: fileTools, ...fields, messages });
    const { message: said, finish_reason: finish } = answer.choices[0];
    const calls = said.tool_calls ?? [];
    if (finish !== (calls.length > 0 ? "tool_calls" : "stop")) throw new Error(`Unexpected finish: ${finish}`);
    if (calls.length === 0) return { steps, text: said.content ?? "" };
    messages.push({ role: "assistant", ...said });
    const step: Call[] = [];
    for (const call of calls) {
      const args = JSON.parse(call.function.arguments);
      step.push([call.function.name, args]);
      messages.push({ role: "tool", tool_call_id: call.id, content: execute(call.function.name, args) });
    }
    steps.push(step);
  }
  throw new Error("The conversation does not end.");
}

const README = `# Waygate

Model access through any gateway. It is written in TypeScript! A third sentence.

More.
`;

/** What the tools give in a small project. */
export function execute(name: string, args: Record<string, unknown>): string {
  if (name === "list_files") return args.path === "." ? "README.md\npackage.json\nsrc/" : "index.ts\nmain.ts";
  if (name === "read_file" && args.path === "README.md") return README;
  if (name === "read_file" && args.path === "package.json") return '{"name": "waygate", "version": "1.0.0"}';
  if (name === "read_file") return `content of ${args.path}`;
  if (name === "search_files") return "src/main.ts:3: // TODO later\nsrc/index.ts:9: // TODO now";
  if (name === "write_file") return "ok";
  return "total 0\na.txt\nb.txt";
}
