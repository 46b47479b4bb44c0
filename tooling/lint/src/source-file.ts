import { type ExportNamedDeclaration, type Node, parseSync, Visitor } from "oxc-parser";

/** A module as far as the rules look at it. */
export interface SourceFile {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** The names that it exports, types included. */
  readonly exports: readonly string[];
  readonly comments: readonly Comment[];
  readonly testCalls: readonly TestCall[];
  /** Where a function is written out in an assignment to a property, as in `this.end = () => {}`. */
  readonly assignedFunctions: readonly { readonly line: number }[];
}

export interface Import {
  /** Undefined where it is computed, as in `import(name)`. */
  readonly specifier: string | undefined;
  /** Nothing of it is left when the program runs. */
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface Comment {
  readonly text: string;
  readonly line: number;
}

/** `it.skipIf(condition)("sends", …)`: its modifier is `skipIf`, its title the text `"sends"`. */
export interface TestCall {
  readonly modifier: string;
  readonly title: string;
  readonly line: number;
}

/** Throws a `SyntaxError` for what is no TypeScript or JavaScript. */
export function parseSource(path: string, text: string): SourceFile {
  const { program, comments, errors } = parseSync(path, text);
  const lineOf = lineCounter(text);
  const [error] = errors;
  if (error !== undefined) throw new SyntaxError(`${path}:${lineOf(error.labels[0]?.start ?? 0)}: ${error.message}`);

  const imports: Import[] = [];
  const exports: string[] = [];
  const testCalls: TestCall[] = [];
  const assignedFunctions: { line: number }[] = [];
  const add = (source: Node | null | undefined, typeOnly: boolean) => {
    if (source != null) imports.push({ specifier: literal(source), typeOnly, line: lineOf(source.start) });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source, node.importKind === "type"),
    ExportNamedDeclaration(node) {
      add(node.source, node.exportKind === "type");
      exports.push(...namesOf(node));
    },
    ExportAllDeclaration: (node) => add(node.source, node.exportKind === "type"),
    ImportExpression: (node) => add(node.source, false),
    TSImportType: (node) => add(node.source, true),
    TSExternalModuleReference: (node) => add(node.expression, false),
    AssignmentExpression({ left, right, start }) {
      if (left.type === "MemberExpression" && isFunction(right)) assignedFunctions.push({ line: lineOf(start) });
    },
    CallExpression(node) {
      const callee = text.slice(node.callee.start, node.callee.end);
      if (callee === "require" || callee === "import.meta.resolve") add(node.arguments[0], false);
      // The title of `it.skipIf(condition)("title", …)` stands in the outer call.
      const inner = node.callee.type === "CallExpression" ? node.callee.callee : undefined;
      const modifier = modifierOf(inner === undefined ? callee : text.slice(inner.start, inner.end));
      if (modifier === undefined || conditional.has(modifier) !== (inner !== undefined)) return;
      const [title] = node.arguments;
      testCalls.push({
        modifier,
        title: title === undefined ? "" : text.slice(title.start, title.end),
        line: lineOf(node.start),
      });
    },
  }).visit(program);

  return {
    path,
    imports: imports.sort((a, b) => a.line - b.line),
    exports,
    comments: comments.map(({ value, start }) => ({ text: value, line: lineOf(start) })),
    testCalls,
    assignedFunctions,
  };
}

/** Modifiers that take a condition first and the test in a second call. */
export const conditional: ReadonlySet<string> = new Set(["skipIf", "runIf"]);

/** The names that an export statement gives. */
function namesOf({ declaration, specifiers }: ExportNamedDeclaration): readonly string[] {
  const listed = specifiers.flatMap(({ exported }) => (exported.type === "Identifier" ? [exported.name] : []));
  if (declaration === null) return listed;
  if (declaration.type === "VariableDeclaration") {
    return declaration.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []));
  }
  const id = "id" in declaration ? declaration.id : null;
  return id?.type === "Identifier" ? [id.name] : [];
}

function modifierOf(callee: string): string | undefined {
  return /^(?:describe|it|test)\b.*\.(\w+)$/s.exec(callee)?.[1];
}

function isFunction(node: Node): boolean {
  if (node.type === "ParenthesizedExpression") return isFunction(node.expression);
  return node.type === "ArrowFunctionExpression" || node.type === "FunctionExpression";
}

function literal(node: Node): string | undefined {
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
  const plain = node.type === "TemplateLiteral" && node.expressions.length === 0;
  return plain ? (node.quasis[0]?.value.cooked ?? undefined) : undefined;
}

function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let index = text.indexOf("\n"); index !== -1; index = text.indexOf("\n", index + 1)) starts.push(index + 1);
  return (offset) => starts.findLastIndex((start) => start <= offset) + 1;
}
