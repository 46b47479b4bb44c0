/** A word of a shell command, after the shell has removed quotes and backslashes. */
export interface ShellWord {
  readonly text: string;
  /** True if a part of it was quoted or stood behind a backslash. */
  readonly quoted: boolean;
  /** True if the shell would replace it by something else: a pattern for files, a home folder, braces. */
  readonly expands: boolean;
}

/** Words that begin a construct of the shell rather than a program. */
const reserved = new Set(
  "! { } [[ ]] case coproc do done elif else esac fi for function if in select then time until while".split(" "),
);

/** In characters. */
const maxLength = 20_000;

/**
 * Reads a command for a POSIX shell that is one program with its arguments. Returns `undefined` for everything else, and
 * for everything that it is not sure of: chains, pipes, redirections, substitutions, variables, assignments before the
 * program, comments, line breaks, control characters, unusual spaces and commands that are very long.
 */
export function readCommand(command: string): readonly ShellWord[] | undefined {
  if (command.length > maxLength) return undefined;
  const words: ShellWord[] = [];
  let rest = command.replace(/^[ \t]+/, "");
  while (rest !== "") {
    const word = readWord(rest);
    if (word === undefined) return undefined;
    words.push(word);
    rest = rest.slice(word.length).replace(/^[ \t]+/, "");
  }
  const [program] = words;
  if (program === undefined || program.text === "" || reserved.has(program.text)) return undefined;
  // `A=b program` and `A+=b program` change what the program sees.
  return /^\w+\+?=/.test(program.text) ? undefined : words;
}

/** What may stand in a word. Letters and digits of any script; no sign that means something to a shell. */
const piece = {
  plain: /^[\p{L}\p{N}\p{M}_.,/:=@%+^-]+/u,
  /** Behind the first character of a word, these stand for themselves. */
  inner: /^[#!]/,
  expanding: /^[*?[\]{}~]/,
  escaped: /^\\([ -~])/,
  single: /^'([^'\p{Cc}]*)'/u,
  double: /^"((?:[^"\\$`!\p{Cc}]|\\[\\"$`])*)"/u,
} as const;

function readWord(text: string): (ShellWord & { readonly length: number }) | undefined {
  let word = "";
  let quoted = false;
  let expands = false;
  let at = 0;
  while (at < text.length && text[at] !== " " && text[at] !== "\t") {
    const rest = text.slice(at);
    const unquoted = piece.plain.exec(rest)?.[0] ?? (at > 0 ? piece.inner.exec(rest)?.[0] : undefined);
    const expanding = piece.expanding.exec(rest)?.[0];
    const literal = piece.escaped.exec(rest) ?? piece.single.exec(rest);
    const double = piece.double.exec(rest);
    if (unquoted !== undefined) {
      word += unquoted;
      at += unquoted.length;
    } else if (expanding !== undefined) {
      // Inside of a word, as in `HEAD~1`, a tilde is one; behind `=` and `:` it may be a home folder.
      expands ||= expanding !== "~" || !/[\p{L}\p{N}^]$/u.test(word);
      word += expanding;
      at += 1;
    } else {
      const found = literal ?? double;
      if (found === null) return undefined;
      word += double === null ? (found[1] ?? "") : (found[1] ?? "").replace(/\\(.)/g, "$1");
      quoted = true;
      at += found[0].length;
    }
  }
  return { text: word, quoted, expands, length: at };
}
