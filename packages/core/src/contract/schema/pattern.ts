import { compilePattern, type Instruction, type Program } from "./pattern-program.ts";
import { type AssertionKind, parsePattern, UnsupportedPattern } from "./pattern-syntax.ts";
import type { StepBudget } from "./step-budget.ts";

/**
 * A pattern of a schema, matched in time that grows with its length times that of the text, whatever it is: all ways to
 * match are followed at once ([Thompson's construction](https://swtch.com/~rsc/regexp/regexp1.html)). The engine's
 * own regular expressions try one way after the other, which takes for ever with `^(a+)+$`, and cannot be stopped.
 */
export class Pattern {
  readonly #program: Program;
  readonly #unicode: boolean;

  private constructor(program: Program, unicode: boolean) {
    this.#program = program;
    this.#unicode = unicode;
  }

  /**
   * Reads a pattern: a Unicode one or, as many are written, one of the older, laxer syntax. Returns `undefined` for what
   * is neither, for back references and modifiers, and for patterns of more than some ten thousand steps.
   */
  static read(source: string): Pattern | undefined {
    const unicode = isPattern(source, "u");
    if (!unicode && !isPattern(source, "")) return undefined;
    try {
      return new Pattern(compilePattern(parsePattern(source, unicode)), unicode);
    } catch (error) {
      if (error instanceof UnsupportedPattern) return undefined;
      throw error;
    }
  }

  /** Whether it matches anywhere in a text. Throws `CheckGivenUp` if that takes more steps than there are. */
  matches(text: string, budget: StepBudget): boolean {
    return new Matching(this.#program, { text, unicode: this.#unicode, budget }).search();
  }
}

function isPattern(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}

interface Subject {
  readonly text: string;
  /** Whether characters are code points, or code units. */
  readonly unicode: boolean;
  readonly budget: StepBudget;
}

/** So many instructions take as long as one step of the rest of a check. */
const instructionsAStep = 4;

/** One program on its way through a text. */
class Matching {
  readonly #instructions: readonly Instruction[];
  readonly #anchored: boolean;
  readonly #subject: Subject;
  /** Where to begin at the present place, and how many of them there are. */
  readonly #pending: Uint32Array;
  #pendingCount = 0;
  /** The instructions that wait for the next character. */
  readonly #waiting: Uint32Array;
  #waitingCount = 0;
  /** For each instruction, the last round in which it was visited. */
  readonly #visited: Uint32Array;
  #round = 0;
  /** For parts that look ahead or behind, by their instructions. */
  #looks: Map<Instruction, Matching> | undefined;

  constructor({ instructions, anchored }: Program, subject: Subject) {
    subject.budget.spend(1 + instructions.length / instructionsAStep);
    this.#instructions = instructions;
    this.#anchored = anchored;
    this.#subject = subject;
    // Each instruction leads to at most two others, once in a round.
    this.#pending = new Uint32Array(2 * instructions.length + 1);
    this.#waiting = new Uint32Array(instructions.length);
    this.#visited = new Uint32Array(instructions.length);
  }

  /** Whether it matches anywhere. */
  search(): boolean {
    return this.#run(0, undefined, true);
  }

  /** Whether it matches from a place on. */
  matchesFrom(start: number): boolean {
    return this.#run(start, undefined, false);
  }

  /** Whether it matches up to a place, from wherever. */
  matchesUpTo(end: number): boolean {
    return this.#run(0, end, true);
  }

  /** `end`: where a match has to end; anywhere if undefined. `anywhere`: whether it may begin after `start`. */
  #run(start: number, end: number | undefined, anywhere: boolean): boolean {
    const { text, unicode } = this.#subject;
    const last = end ?? text.length;
    this.#pendingCount = 0;
    for (let at = start; ; ) {
      if (at === start || (anywhere && !this.#anchored)) this.#pending[this.#pendingCount++] = 0;
      const matched = this.#visit(at);
      if (matched && (end === undefined || at === end)) return true;
      if (at >= last || (this.#waitingCount === 0 && (!anywhere || this.#anchored))) return false;
      const character = (unicode ? text.codePointAt(at) : text.charCodeAt(at)) ?? 0;
      at += character > 0xffff ? 2 : 1;
      this.#read(character);
    }
  }

  /** Follows the pending instructions up to the next character. Returns whether one leads to the program's end. */
  #visit(at: number): boolean {
    const pending = this.#pending;
    let count = this.#pendingCount;
    let matched = false;
    let visits = 0;
    this.#round++;
    this.#waitingCount = 0;
    while (count > 0) {
      const index = pending[--count] ?? 0;
      if (this.#visited[index] === this.#round) continue;
      this.#visited[index] = this.#round;
      visits++;
      const instruction = this.#instructions[index];
      switch (instruction?.op) {
        case "character":
          this.#waiting[this.#waitingCount++] = index;
          break;
        case "split":
          pending[count++] = instruction.other;
          pending[count++] = instruction.next;
          break;
        case "assert":
          if (this.#holds(instruction.kind, at)) pending[count++] = instruction.next;
          break;
        case "look":
          if (this.#look(instruction, at) !== instruction.negative) pending[count++] = instruction.next;
          break;
        case "match":
          matched = true;
      }
    }
    this.#subject.budget.spend((visits + this.#waitingCount) / instructionsAStep);
    return matched;
  }

  /** Has a character meet the instructions that wait for one. */
  #read(character: number): void {
    let count = 0;
    for (let index = 0; index < this.#waitingCount; index++) {
      const instruction = this.#instructions[this.#waiting[index] ?? 0];
      if (instruction?.op === "character" && instruction.set.has(character)) this.#pending[count++] = instruction.next;
    }
    this.#pendingCount = count;
  }

  #look(instruction: Instruction & { readonly op: "look" }, at: number): boolean {
    this.#looks ??= new Map();
    const matching = this.#looks.get(instruction) ?? new Matching(instruction.program, this.#subject);
    this.#looks.set(instruction, matching);
    return instruction.behind ? matching.matchesUpTo(at) : matching.matchesFrom(at);
  }

  #holds(kind: AssertionKind, at: number): boolean {
    const { text } = this.#subject;
    if (kind === "start") return at === 0;
    if (kind === "end") return at === text.length;
    const isBoundary = isWord(text.charCodeAt(at - 1)) !== isWord(text.charCodeAt(at));
    return isBoundary === (kind === "word-boundary");
  }
}

/** Of what `\w` stands for, which is ASCII alone. Beyond the text's ends there is `NaN`, which is none. */
function isWord(unit: number): boolean {
  return (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90) || unit === 95 || (unit >= 97 && unit <= 122);
}
