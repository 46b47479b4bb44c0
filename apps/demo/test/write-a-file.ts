import { Workspace } from "../src/tools/workspace.ts";
import { writeFile } from "../src/tools/write-file.ts";

// Run as a program of its own, by another user or in a mount namespace: `write-a-file.ts FOLDER PATH CONTENT`.
const [folder = "", path = "", content = ""] = process.argv.slice(2);
const words = await writeFile(new Workspace(folder)).execute({ path, content }).catch(String);
console.log(words);
