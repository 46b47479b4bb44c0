// A program of its own: it imports the module that it is given, and prints which files that loaded.
import { registerHooks } from "node:module";

const loaded = new Set<string>();
registerHooks({
  load(url, context, next) {
    if (url.startsWith("file:")) loaded.add(url);
    return next(url, context);
  },
});
await import(process.argv[2] ?? "");
console.log(JSON.stringify([...loaded]));
