import { endProcess } from "../src/end-process.ts";
import { Workspace } from "../src/tools/workspace.ts";
import { writeFile } from "../src/tools/write-file.ts";

// Run as a program of its own: `write-until-ended.ts FOLDER`. Writes a file again and again until SIGTERM.
process.on("SIGTERM", () => endProcess(143, { atOnce: true }));
const tool = writeFile(new Workspace(process.argv[2] ?? ""));
for (let round = 0; ; round++) {
  await tool.execute({ path: "a.txt", content: `${round}\n`.repeat(50_000) });
  if (round === 0) console.log("begun");
}
