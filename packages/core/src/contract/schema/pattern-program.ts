import { type AssertionKind, type CharacterSet, type PatternNode, UnsupportedPattern } from "./pattern-syntax.ts";

/** One step of a program. What has a `next` goes on there. */
export type Instruction =
  | { readonly op: "character"; readonly set: CharacterSet; readonly next: number }
  | { readonly op: "split"; next: number; other: number }
  | { readonly op: "assert"; readonly kind: AssertionKind; readonly next: number }
  | {
      readonly op: "look";
      readonly program: Program;
      readonly behind: boolean;
      readonly negative: boolean;
      readonly next: number;
    }
  | { readonly op: "match" };

/** A pattern as steps; it begins with the first. */
export interface Program {
  readonly instructions: readonly Instruction[];
  /** Whether it can only match at the beginning of a text. */
  readonly anchored: boolean;
}

/** Repetition is written out, so that `(a{99}){99}` has some ten thousand steps. */
const longestProgram = 50_000;

/** Throws `UnsupportedPattern` if the program would be too long. */
export function compilePattern(node: PatternNode): Program {
  return new Compiler().compile(node);
}

class Compiler {
  readonly #instructions: Instruction[] = [];

  compile(node: PatternNode): Program {
    this.#emit(node);
    this.#push({ op: "match" });
    return { instructions: this.#instructions, anchored: isAnchored(node) };
  }

  /** Where the next instruction goes. */
  get #here(): number {
    return this.#instructions.length;
  }

  #push<Added extends Instruction>(instruction: Added): Added {
    if (this.#here >= longestProgram) throw new UnsupportedPattern();
    this.#instructions.push(instruction);
    return instruction;
  }

  #split() {
    return this.#push({ op: "split", next: this.#here + 1, other: 0 });
  }

  /** Every node goes on with what comes after it. */
  #emit(node: PatternNode): void {
    switch (node.type) {
      case "character":
        this.#push({ op: "character", set: node.set, next: this.#here + 1 });
        break;
      case "assertion":
        this.#push({ op: "assert", kind: node.kind, next: this.#here + 1 });
        break;
      case "sequence":
        for (const part of node.nodes) this.#emit(part);
        break;
      case "choice":
        this.#emitChoice(node.nodes);
        break;
      case "repeat":
        this.#emitRepeat(node.node, node.min, node.max);
        break;
      case "look": {
        const { behind, negative } = node;
        this.#push({ op: "look", program: compilePattern(node.node), behind, negative, next: this.#here + 1 });
      }
    }
  }

  #emitChoice(nodes: readonly PatternNode[]): void {
    const jumps = nodes.slice(1).map((_, index) => {
      const split = this.#split();
      this.#emit(nodes[index] as PatternNode);
      const jump = this.#split();
      split.other = this.#here;
      return jump;
    });
    this.#emit(nodes.at(-1) as PatternNode);
    for (const jump of jumps) jump.next = jump.other = this.#here;
  }

  #emitRepeat(node: PatternNode, min: number, max: number): void {
    for (let count = 0; count < min; count++) this.#emitCopy(node);
    if (max === Number.POSITIVE_INFINITY) {
      const split = this.#split();
      this.#emitCopy(node);
      const again = this.#split();
      again.next = again.other = this.#instructions.indexOf(split);
      split.other = this.#here;
      return;
    }
    const splits: { other: number }[] = [];
    for (let count = min; count < max; count++) {
      splits.push(this.#split());
      this.#emitCopy(node);
    }
    for (const split of splits) split.other = this.#here;
  }

  /** A part that has no steps at all would be repeated for ever. */
  #emitCopy(node: PatternNode): void {
    const before = this.#here;
    this.#emit(node);
    if (this.#here === before) this.#split().other = this.#here;
  }
}

function isAnchored(node: PatternNode | undefined): boolean {
  if (node?.type === "sequence") return isAnchored(node.nodes[0]);
  if (node?.type === "choice") return node.nodes.every(isAnchored);
  return node?.type === "assertion" && node.kind === "start";
}
