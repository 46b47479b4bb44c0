import { type ExactRow, exactLineRows, exactRows } from "./exact-rows.ts";
import type { Output, Style } from "./output.ts";

/** Before each row, so that no text can pass for a row of the program's own. */
const gutters = { first: "  │ ", further: "  ┊ " } as const;

/**
 * Lays a text out as rows for a terminal, exactly and whole, each marked at its beginning. Escapes stand out; lines that
 * begin with `- ` and `+ ` have the colours of a change.
 */
export function exactBlock(output: Output, text: string): readonly string[] {
  return exactRows(text, columnsFor(output)).map((row) => {
    const style = row.line.startsWith("- ") ? "red" : row.line.startsWith("+ ") ? "green" : [];
    return output.style("dim", row.first ? gutters.first : gutters.further) + styled(output, row, style);
  });
}

/** Lays a heading out in the same way, as a single line with a mark of one column before it. */
export function exactHeading(output: Output, mark: string, text: string): readonly string[] {
  return exactLineRows(text, columnsFor(output)).map((row) => {
    const start = row.first ? `  ${output.style("yellow", mark)} ` : output.style("dim", gutters.further);
    return start + styled(output, row, "bold");
  });
}

function columnsFor(output: Output): number {
  return output.terminal ? output.width - gutters.first.length - 1 : Number.MAX_SAFE_INTEGER;
}

function styled(output: Output, { parts }: ExactRow, style: Style): string {
  return parts.map((part) => output.style(part.escape ? ["yellow", "inverse"] : style, part.text)).join("");
}
