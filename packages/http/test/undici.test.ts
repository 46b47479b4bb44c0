import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

/** Run in a program of its own: what is loaded there, nobody else has loaded. */
const program = `
  import { createServer } from "node:http";
  import { createRequire } from "node:module";
  const require = createRequire(import.meta.url);
  const keys = [1, 2].map((version) => Symbol.for("undici.globalDispatcher." + version));
  const loaded = () => Object.keys(require.cache).filter((path) => /node_modules.undici.index/.test(path)).length;
  const fetchBefore = globalThis.fetch;
  const { openHttp, readAll } = await import("@waygate/http");
  const http = openHttp();
  const early = loaded();
  const server = createServer((_, response) => response.end("Hi"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = "http://127.0.0.1:" + server.address().port;
  const response = await http.send({ method: "GET", url: new URL(address), headers: {} });
  const text = String(await readAll(response, 100));
  const after = keys.map((key) => globalThis[key]);
  await (await fetch(address)).text();
  const builtIn = keys.map((key) => globalThis[key]);
  await http.close();
  server.close();
  server.closeAllConnections();
  const { Agent } = await import("undici");
  console.log(JSON.stringify({
    text,
    sameFetch: globalThis.fetch === fetchBefore,
    early,
    late: loaded(),
    replaced: [...after, ...builtIn].some((dispatcher) => dispatcher instanceof Agent),
  }));
`;

it("leaves the program's own fetch and dispatcher alone, and loads undici with the first request only", async () => {
  const args = ["--conditions=waygate-source", "--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
  expect(JSON.parse(stdout)).toEqual({ text: "Hi", sameFetch: true, early: 0, late: 1, replaced: false });
});
