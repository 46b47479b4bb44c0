import { posix } from "node:path";
import type { Finding } from "./import-rules.ts";
import type { SourceFile } from "./source-file.ts";

/**
 * Finds files that import each other, directly or through others, types included. A cycle of types does no harm when the
 * program runs, but it says that a type is in the wrong file: vocabulary lives in files without behaviour.
 */
export function checkCycles(files: readonly SourceFile[]): readonly Finding[] {
  const known = new Map(files.map((file) => [file.path, file]));
  const graph = new Map(
    files.map(({ path, imports }) => {
      const targets = imports.flatMap(({ specifier }) => {
        if (specifier?.startsWith(".") !== true) return [];
        const target = posix.join(posix.dirname(path), specifier);
        return known.has(target) && target !== path ? [target] : [];
      });
      return [path, targets];
    }),
  );
  return cyclesIn(graph).map((cycle) => {
    const members = cycle.toSorted();
    const [path = ""] = members;
    const first = known.get(path)?.imports.find(({ specifier = "" }) => {
      return members.includes(posix.join(posix.dirname(path), specifier));
    });
    const message = `these files import each other, types included: ${members.join(", ")}. Move what they share to a file of its own`;
    return { path, line: first?.line ?? 1, rule: "import-cycle", message };
  });
}

/** The groups of more than one node that lead to each other (Tarjan's algorithm, without recursion). */
function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const cycles: string[][] = [];
  for (const root of graph.keys()) {
    if (order.has(root)) continue;
    const work: { node: string; next: number }[] = [{ node: root, next: 0 }];
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const { node } = top;
      if (top.next === 0) {
        order.set(node, order.size);
        low.set(node, order.get(node) ?? 0);
        stack.push(node);
        onStack.add(node);
      }
      const target = graph.get(node)?.[top.next++];
      if (target !== undefined) {
        if (!order.has(target)) work.push({ node: target, next: 0 });
        else if (onStack.has(target)) lower(low, node, order.get(target));
        continue;
      }
      work.pop();
      const parent = work.at(-1)?.node;
      if (parent !== undefined) lower(low, parent, low.get(node));
      if (low.get(node) !== order.get(node)) continue;
      const members = stack.splice(stack.indexOf(node));
      for (const member of members) onStack.delete(member);
      if (members.length > 1) cycles.push(members);
    }
  }
  return cycles;
}

function lower(low: Map<string, number>, node: string, value: number | undefined): void {
  low.set(node, Math.min(low.get(node) ?? 0, value ?? 0));
}
