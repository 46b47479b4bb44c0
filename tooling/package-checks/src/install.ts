import { mkdirSync, mkdtempDisposableSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { checkInstalled, install, megabyte, megabytes, readInstalled, runConsumer } from "./installation.ts";
import { publicPackages } from "./packages.ts";
import { pack, type Tarball } from "./tarball.ts";

const root = resolve(import.meta.dirname, "../../..");
/** Each chat gateway on its own: core, the gateway, and what that brings. */
const gateways = ["@waygate/openai-compatible", "@waygate/openrouter", "@waygate/vercel-ai-gateway"];
const base = ["@waygate/core", "@waygate/http", "@waygate/plugin-kit", "@waygate/openai-chat"];
const limits = { bytes: 5.5 * megabyte, unwanted: /aws|smithy|tsyringe|reflect-metadata/ };

using temporary = mkdtempDisposableSync(join(tmpdir(), "waygate-install-"));
const tarballs = join(temporary.path, "tarballs");
mkdirSync(tarballs);

const packed = new Map<string, Tarball>();
for (const { folder, manifest } of publicPackages(root)) {
  if ([...base, ...gateways].includes(manifest.name)) packed.set(manifest.name, await pack(folder, tarballs));
}

for (const gateway of gateways) {
  const program = join(temporary.path, gateway.replaceAll(/\W+/g, "-"));
  mkdirSync(program);
  const wanted = [...base, gateway].map((name) => packed.get(name));
  const there = wanted.filter((tarball) => tarball !== undefined);
  if (there.length !== wanted.length)
    throw new Error(`Not all of ${[...base, gateway].join(", ")} are public packages.`);
  await install(there, program);

  const installed = readInstalled(program);
  console.log(`${gateway} brings ${installed.names.join(", ")}: ${megabytes(installed.bytes)}`);
  const problems = checkInstalled(installed, limits);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  if (gateway !== "@waygate/openai-compatible") continue;
  console.log((await runConsumer(join(import.meta.dirname, "../consumer/consumer.ts"), program, root)).trim());
}
