/** A pattern of the settings, ready to be compared with a text. */
export interface SettingsPattern {
  test(text: string): boolean;
}

/** The library that compiles them, which is loaded only if there are patterns. */
export type PatternEngine = typeof import("re2js");

export type CompiledPattern = SettingsPattern | { readonly fault: string };

/**
 * Compiles a pattern of `agent.tool_permissions`. They are written for Rust's `regex`, whose syntax RE2 shares, and which
 * takes a time that grows only with the length of the text. What the two read in different ways is a fault.
 */
export function compilePattern(engine: PatternEngine, pattern: string, caseSensitive: boolean): CompiledPattern {
  const different = differenceFromRust(pattern);
  if (different !== undefined) return { fault: `"${different}" is not supported.` };
  try {
    const compiled = engine.RE2JS.compile(pattern, caseSensitive ? 0 : engine.RE2JS.CASE_INSENSITIVE);
    return { test: (text) => compiled.matcher(text).find() };
  } catch (error) {
    // Its message would quote the pattern, with what was put before it.
    const isSyntax = error instanceof engine.RE2JSSyntaxException;
    return { fault: isSyntax ? `${error.getDescription()}.` : "it is too large." };
  }
}

/** What RE2 would take for something else than Rust does: sets within a class, and edges of words. */
function differenceFromRust(pattern: string): string | undefined {
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const two = pattern.slice(at, at + 2);
    if (two[0] === "\\") {
      if (two === "\\<" || two === "\\>") return two;
      if (two === "\\b" && pattern[at + 2] === "{") return "\\b{";
      at++;
    } else if (!inClass && two[0] === "[") {
      inClass = true;
      // A bracket in the first place stands for itself.
      at += /^\[\^?\]?/.exec(pattern.slice(at))?.[0].length ?? 1;
      at--;
    } else if (inClass && two[0] === "]") inClass = false;
    else if (inClass && two === "[:") at = Math.max(at, pattern.indexOf(":]", at) + 1);
    else if (inClass && (two[0] === "[" || two === "&&" || two === "--" || two === "~~")) return two;
  }
  return undefined;
}
