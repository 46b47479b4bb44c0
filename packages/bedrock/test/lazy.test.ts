import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

/** Run in a program of its own: what is loaded there, nobody else has loaded. */
const program = `
import { registerHooks } from "node:module";
const loaded = [];
const builtins = new Set();
registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith("node:")) builtins.add(specifier);
    return next(specifier, context);
  },
  load(url, context, next) {
    const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)\\/(?!.*node_modules)/.exec(url)?.[1];
    if (name !== undefined) loaded.push(name);
    return next(url, context);
  },
});
const aws = () => [...new Set(loaded.filter((name) => /^@(aws|smithy)/.test(name)))].length;
const { createRegistry } = await import("@waygate/core");
const { default: bedrock } = await import("@waygate/bedrock");
const registry = createRegistry({
  plugins: [bedrock],
  settings: { bedrock: { endpoint_url: "http://127.0.0.1:9", discover_models: false } },
  credentials: ({ credential }) => ({ access_key_id: "AKIDEXAMPLE", secret_access_key: "x" })[credential.id],
});
const gateway = registry.gateway("amazon-bedrock");
gateway.model("claude-sonnet-4-5");
await gateway.models({ signal: new AbortController().signal });
const before = aws();
const http = builtins.has("node:http") || loaded.includes("undici");
const request = {
  model: "claude-sonnet-4-5",
  messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
  tools: [],
  signal: new AbortController().signal,
};
let code;
try {
  for await (const batch of gateway.stream(request)) void batch;
} catch (error) {
  code = error.code;
}
await registry.close();
console.log(JSON.stringify({ before, http, after: aws() > 0 && loaded.includes("undici"), code }));
`;

it("nothing of the AWS SDK is loaded before the first request, nor undici or Node's HTTP, which take their time as well", async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=waygate-source", "--input-type=module", "--eval", program],
    { cwd: new URL("..", import.meta.url) },
  );
  expect(JSON.parse(stdout)).toEqual({ before: 0, http: false, after: true, code: "connection" });
});
