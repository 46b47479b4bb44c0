import { fromMarkdown } from "mdast-util-from-markdown";

/** A fenced block of a Markdown page that claims to work. */
export interface Example {
  /** The page, from the repository's root, with `/`. */
  readonly page: string;
  /** The line of the page on which its code begins. */
  readonly line: number;
  readonly language: "ts" | "sh";
  readonly code: string;
  /** Executed, and not only type-checked. */
  readonly run: boolean;
  /** Goes on from the example before it on the page. */
  readonly continues: boolean;
  /** Its name for the other examples of the page, which import it as `./name`. */
  readonly file: string | undefined;
}

const otherNames: Readonly<Record<string, "ts" | "sh">> = {
  typescript: "ts",
  mts: "ts",
  tsx: "ts",
  js: "ts",
  mjs: "ts",
  javascript: "ts",
  bash: "sh",
  shell: "sh",
  zsh: "sh",
  console: "sh",
};

/** Reads the examples of a page. Throws an `Error` that says where a fence is written wrong. */
export function readExamples(page: string, markdown: string): readonly Example[] {
  const examples: Example[] = [];
  for (const node of fencesOf(fromMarkdown(markdown))) {
    if (node.lang == null) continue;
    const fence = node.position?.start.line ?? 0;
    const wrong = (what: string) => new Error(`${page}:${fence}: ${what}`);
    const better = otherNames[node.lang];
    if (better !== undefined)
      throw wrong(`write "${better}" in place of "${node.lang}", so that the example is checked`);
    if (node.lang !== "ts" && node.lang !== "sh") continue;
    const words = node.meta?.split(/\s+/) ?? [];
    const file = words.find((word) => word.startsWith("file="))?.slice("file=".length);
    const example: Example = {
      page,
      line: fence + 1,
      language: node.lang,
      code: node.value,
      run: words.includes("run"),
      continues: words.includes("continues"),
      file,
    };
    const known = node.lang === "sh" ? ["run"] : ["run", "continues", `file=${file}`];
    const unknown = words.find((word) => !known.includes(word));
    if (unknown !== undefined) throw wrong(`an example in ${node.lang} cannot be "${unknown}"`);
    if (file !== undefined && !/^[\w-]+(?:\.[\w-]+)*\.ts$/.test(file))
      throw wrong(`"${file}" is no name such as plugin.ts`);
    const before = examples.filter(({ language }) => language === "ts");
    if (example.continues && before.length === 0) throw wrong("there is no example before it that it could continue");
    if (file !== undefined && before.some((other) => other.file === file))
      throw wrong(`there are two called "${file}"`);
    examples.push(example);
  }
  return examples;
}

type Root = ReturnType<typeof fromMarkdown>;
type Content = Root["children"][number];
type Fence = Extract<Content, { type: "code" }>;

/** The fenced blocks below a node, in their order, in lists and quotes too. */
function fencesOf(node: Root | Content): readonly Fence[] {
  if (node.type === "code") return [node];
  return "children" in node ? node.children.flatMap(fencesOf) : [];
}
