import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";

// Run as a program of its own: `swap-folders.ts FOLDER NAME...`. Each NAME in the folder takes turns with its double,
// `NAME.double`, until the program is ended: for some moments it is what it was, for others what the double was.
const [folder = "", ...names] = process.argv.slice(2);
/** In milliseconds, should nothing end it. */
const longest = 120_000;
const pairs = names.map((name) => ({
  own: join(folder, name),
  double: join(folder, `${name}.double`),
  aside: join(folder, `${name}.aside`),
}));

console.log("begun");
while (performance.now() < longest) {
  for (const { own, double, aside } of pairs) {
    renameSync(own, aside);
    moveTo(double, own);
    renameSync(aside, double);
  }
  // Of different lengths, so that a call meets each moment of a turn.
  const end = performance.now() + Math.random() * 0.1;
  while (performance.now() < end);
}

function moveTo(from: string, to: string): void {
  for (;;) {
    try {
      renameSync(from, to);
      return;
    } catch {
      // A call has made a folder where there was nothing for a moment, and may be at work in it.
      rmSync(to, { recursive: true, force: true, maxRetries: 100 });
    }
  }
}
