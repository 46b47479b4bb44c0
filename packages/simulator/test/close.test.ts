import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createSimulator } from "../src/index.ts";
import { portOf, post, rawRequest, readUntilEnd, until } from "./client.ts";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));

/** Runs a program in a process of its own and gives what it printed, once it has ended by itself. */
async function runProgram(source: string): Promise<{ output: string; code: unknown }> {
  const child = spawn(
    process.execPath,
    ["--conditions=waygate-source", "--input-type=module-typescript", "--eval", source],
    {
      cwd: packageFolder,
      timeout: 60_000,
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (data) => {
      output += data;
    });
  }
  const [code] = await once(child, "close");
  return { output, code };
}

describe("close", () => {
  it("ends stalled, delayed and paced exchanges at once, and connections that say nothing", async () => {
    const simulator = await createSimulator({ tokensPerSecond: 0.001 });
    simulator.fault(
      { kind: "stall", afterChunks: 1 },
      { kind: "stall", afterChunks: "before-headers" },
      { kind: "delay", beforeHeadersMs: 3_600_000 },
      { kind: "delay", beforeBodyMs: 3_600_000 },
    );
    simulator.script({ text: "a" }, { text: "b" }, { text: "c" }, { text: "d" }, () => new Promise<never>(() => {}));
    const sockets = Array.from({ length: 5 }, () => rawRequest(simulator));
    sockets.push(connect(portOf(simulator), "127.0.0.1"));
    let closed = 0;
    for (const socket of sockets) {
      socket.on("error", () => {});
      socket.on("close", () => {
        closed += 1;
      });
      socket.resume();
    }
    await until(() => simulator.requests.filter(({ body }) => body !== undefined).length === 5);
    const started = performance.now();
    await simulator.close();
    expect(performance.now() - started).toBeLessThan(2000);
    await until(() => closed === sockets.length);
    expect(simulator.requests.every(({ closedByClient }) => !closedByClient)).toBe(true);
    await expect(post(simulator)).rejects.toThrow();
  });

  it("is an error to a client in the middle of a stream", async () => {
    const simulator = await createSimulator({ fault: { kind: "stall", afterChunks: 2 } });
    const response = await post(simulator, { stream: true });
    const read = readUntilEnd(response);
    await until(() => simulator.requests.length === 1);
    await simulator.close();
    expect((await read).error).toBeInstanceOf(TypeError);
  });

  it("may be called again", async () => {
    const simulator = await createSimulator();
    await Promise.all([simulator.close(), simulator.close()]);
    await simulator.close();
  });

  it("leaves no timer and no socket that keeps a process alive", async () => {
    const { output, code } = await runProgram(`
      import { createSimulator } from "@waygate/simulator";
      const simulator = await createSimulator({ tokensPerSecond: 0.001 });
      simulator.fault({ kind: "stall", afterChunks: 1 }, { kind: "delay", beforeBodyMs: 3_600_000 });
      const body = JSON.stringify({ model: "simulator", stream: true, messages: [{ role: "user", content: "hi" }] });
      const ask = () => fetch(simulator.url + "/chat/completions", { method: "POST", body });
      const responses = await Promise.all([ask(), ask(), ask()]);
      const texts = responses.map((response) => response.text().catch(() => "broken off"));
      await simulator.close();
      console.log((await Promise.all(texts)).join());
    `);
    expect([output, code]).toEqual(["broken off,broken off,broken off\n", 0]);
  }, 90_000);

  it("has ended everything when it says so, also a pipelined request whose turn has not come", async () => {
    const { output, code } = await runProgram(`
      import { connect } from "node:net";
      import { createSimulator } from "@waygate/simulator";
      const simulator = await createSimulator();
      simulator.fault({ kind: "stall", afterChunks: 1 }, { kind: "delay", beforeHeadersMs: 3_600_000 });
      const body = JSON.stringify({ model: "simulator", stream: true, messages: [{ role: "user", content: "hi" }] });
      const head = "POST /v1/chat/completions HTTP/1.1\\r\\nhost: a\\r\\ncontent-length: " + body.length + "\\r\\n\\r\\n";
      const socket = connect(Number(new URL(simulator.url).port), "127.0.0.1");
      socket.on("error", () => {}).resume();
      socket.write((head + body).repeat(2));
      while (simulator.requests[1]?.body === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
      await simulator.close();
      console.log(process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length);
    `);
    expect([output, code]).toEqual(["0\n", 0]);
  }, 90_000);
});

describe("by hand", () => {
  it("starts from the command line and stops when told to", async () => {
    const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
    const child = spawn(process.execPath, [main, "--port", "0", "--api-key", "sk-x", "--tokens-per-second", "500"]);
    const [line] = await once(child.stdout.setEncoding("utf8"), "data");
    expect(line).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1\n$/);
    expect((await fetch(`${line.trim()}/models`)).status).toBe(401);
    expect((await fetch(`${line.trim()}/models`, { headers: { authorization: "Bearer sk-x" } })).status).toBe(200);
    child.kill("SIGTERM");
    expect(await once(child, "close")).toEqual([0, null]);
  }, 60_000);
});

describe("the README", () => {
  it("has an example that runs and prints what it says", async () => {
    const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
    const example = /```ts run\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
    const expected = [...example.matchAll(/console\.log\(.*\);? \/\/ (.*)/g)].map((match) => match[1]);
    const { output, code } = await runProgram(example);
    expect([output.trimEnd().split("\n"), code]).toEqual([expected, 0]);
  }, 90_000);

  it("names every model that is listed, and no other", async () => {
    const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
    await using simulator = await createSimulator();
    const list = (await (await fetch(`${simulator.url}/models`)).json()) as { data: { id: string }[] };
    const named = new Set(readme.match(/(?<=`)simulator(?::[\w-]+)?(?=`)/g));
    expect([...named].sort()).toEqual(list.data.map(({ id }) => id).sort());
  });
});
