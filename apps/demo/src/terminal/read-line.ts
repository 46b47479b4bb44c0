import type { Keyboard } from "./keyboard.ts";

const clusters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Reads what is typed or pasted up to Enter or Ctrl-D. Line breaks of a paste are blanks, and none at its end. Returns
 * `undefined` for Escape. `changed` is told of the line after each key, for what shows it. Rejects if `signal` is aborted
 * first.
 */
export async function readLine(
  keyboard: Keyboard,
  signal: AbortSignal,
  changed: (line: string) => void = () => undefined,
): Promise<string | undefined> {
  let line = "";
  const end = await keyboard.press((keys, pasted) => {
    if (pasted) {
      line += keys.replace(/[\r\n]+$/, "").replaceAll(/[\r\n]+/g, " ");
      changed(line);
      return undefined;
    }
    if (keys === "\u001b") return { line: undefined };
    // Arrows and the like move nothing here.
    if (keys.startsWith("\u001b")) return undefined;
    for (const key of keys) {
      if (key === "\r" || key === "\n" || key === "\u0004") return { line };
      if (key === "\u007f" || key === "\b")
        line = [...clusters.segment(line)]
          .slice(0, -1)
          .map(({ segment }) => segment)
          .join("");
      else if (key === "\u0015") line = "";
      else line += key;
    }
    changed(line);
    return undefined;
  }, signal);
  return end.line;
}
