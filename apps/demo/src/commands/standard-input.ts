import { UsageError } from "../exit-code.ts";
import type { Screen } from "../terminal/screen.ts";

const maxBytes = 8 * 1024 * 1024;
const patienceMilliseconds = 2000;

/** All that is piped in, without its last line breaks unless they are to be kept. Says so where it takes long: a pipe that nobody closes looks like a program that hangs. */
export async function readStandardInput(
  stdin: NodeJS.ReadStream,
  { aside }: Screen,
  end: "trim" | "keep" = "trim",
): Promise<string> {
  const timer = setTimeout(() => {
    void aside.line("note: reading standard input until it ends; to do without it, add </dev/null.");
  }, patienceMilliseconds);
  try {
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of stdin) {
      const bytes = Buffer.from(piece);
      length += bytes.length;
      if (length > maxBytes) throw new UsageError(`Standard input is longer than ${maxBytes} bytes.`);
      pieces.push(bytes);
    }
    const text = Buffer.concat(pieces)
      .toString("utf8")
      .replace(/^\ufeff/, "");
    return end === "keep" ? text : text.trimEnd();
  } finally {
    clearTimeout(timer);
  }
}
