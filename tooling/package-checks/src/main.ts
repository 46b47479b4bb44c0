import { globSync, mkdtempDisposableSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { checkTarball } from "./check-tarball.ts";
import { checkLoading } from "./loading.ts";
import { privatePackages, publicPackages } from "./packages.ts";
import { pack } from "./tarball.ts";

const root = resolve(import.meta.dirname, "../../..");
const packages = publicPackages(root);
if (packages.length === 0) throw new Error("There are no packages to publish.");
const privateNames = new Set(privatePackages(root).map(({ manifest }) => manifest.name));

using destination = mkdtempDisposableSync(join(tmpdir(), "waygate-pack-"));
let failures = 0;
for (const one of packages) {
  const { folder } = one;
  const tarball = await pack(folder, destination.path);
  const sources = globSync("src/**/*.ts", { cwd: folder });
  const loading = (await checkLoading(one)).map((problem) => `loading: ${problem}`);
  const problems = [...(await checkTarball(tarball, privateNames, sources)), ...loading];
  const size = `${tarball.files.length} files, ${Math.ceil(tarball.data.length / 1024)} kB packed`;
  console.log(`${problems.length === 0 ? "ok  " : "FAIL"} ${tarball.manifest.name} (${size})`);
  for (const problem of problems) console.log(`     ${problem}`);
  failures += problems.length;
}
if (failures > 0) process.exitCode = 1;
