import { mkdirSync, mkdtempDisposableSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { checkInstalled, install, megabyte, megabytes, readInstalled, runConsumer } from "./installation.ts";
import { publicPackages } from "./packages.ts";
import { pack, type Tarball } from "./tarball.ts";

const root = resolve(import.meta.dirname, "../../..");
/** The smallest program there is: core, one chat gateway, and what that brings. */
const wanted = ["@waygate/core", "@waygate/openai-chat", "@waygate/openai-compatible"];
const limits = { bytes: 5 * megabyte, unwanted: /aws|smithy|tsyringe|reflect-metadata/ };

const packages = publicPackages(root).filter(({ manifest }) => wanted.includes(manifest.name));
if (packages.length !== wanted.length) throw new Error(`Not all of ${wanted.join(", ")} are there.`);

using temporary = mkdtempDisposableSync(join(tmpdir(), "waygate-install-"));
const tarballs = join(temporary.path, "tarballs");
const program = join(temporary.path, "program");
for (const path of [tarballs, program]) mkdirSync(path);

const packed: Tarball[] = [];
for (const { folder } of packages) packed.push(await pack(folder, tarballs));
await install(packed, program);

const installed = readInstalled(program);
console.log(`${installed.names.join(", ")}: ${megabytes(installed.bytes)}`);
const problems = checkInstalled(installed, limits);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

const output = await runConsumer(join(import.meta.dirname, "../consumer/consumer.ts"), program, root);
console.log(output.trim());
