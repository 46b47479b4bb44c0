import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import { checkPages } from "../src/check-pages.ts";

const repository = resolve(import.meta.dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "waygate-pages-"));
afterAll(() => rmSync(folder, { recursive: true }));

function check(markdown: string) {
  writeFileSync(join(folder, "page.md"), markdown.replaceAll("~~~", "```"));
  return checkPages(["page.md"], folder, repository);
}

it("passes examples that work", async () => {
  const report = await check(`# A page

~~~ts file=city.ts
export const city: string = "Florence";
~~~

~~~ts run
import { errorCodes } from "@waygate/core";
import { city } from "./city.ts";

console.log(typeof errorCodes, city);
console.log(city); // Florence
~~~

~~~ts run continues
console.log(city.length); // 8
~~~

~~~sh run
test -f page.md
~~~

~~~sh
exit 1
~~~
`);
  expect(report).toEqual({ typeChecked: 3, executed: 3, problems: [] });
});

it("finds what is wrong, and where", async () => {
  const { problems } = await check(`# A page

~~~ts
import { gone } from "@waygate/core";
~~~

~~~ts
const length: number = "text";
~~~

~~~ts continues
const width: number = length;
~~~

~~~ts run
throw new Error("It broke.");
~~~

~~~ts run
console.log(1 + 1); // 3
~~~

~~~sh run
false | true
~~~
`);
  expect(problems).toEqual([
    expect.stringMatching(/^page\.md:4:10: error TS2305: .*gone/),
    expect.stringMatching(/^page\.md:8:7: error TS2322: /),
    expect.stringMatching(/^page\.md:16: it ended with 1:\n[\s\S]*page\.md\/16\.ts:16[\s\S]*It broke\./),
    expect.stringMatching(/^page\.md:20: it says that it prints "3", but it printed:\n2$/),
    expect.stringMatching(/^page\.md:24: it ended with 1/),
  ]);
});

it("holds an example to what it prints behind a condition, and in a block before it", async () => {
  const { problems } = await check(`
~~~ts
if (2 > 1) console.log("two"); // three
~~~

~~~ts run continues
console.log("four"); // four
~~~
`);
  expect(problems).toEqual([expect.stringMatching(/it says that it prints "three", but it printed:\ntwo\nfour$/)]);
});

it("does not pass over a page with a fence that is written wrong", async () => {
  await expect(check("~~~ts rum\n1;\n~~~\n")).rejects.toThrow("page.md:1: ");
});
