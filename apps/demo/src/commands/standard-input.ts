import { UsageError } from "../exit-code.ts";
import type { Screen } from "../terminal/screen.ts";

const maxBytes = 8 * 1024 * 1024;
const patienceMilliseconds = 2000;

/** The text that is piped in, without a byte order mark and without the white space at its end. */
export async function readStandardInput(stdin: NodeJS.ReadStream, screen: Screen): Promise<string> {
  return new TextDecoder().decode(await readStandardBytes(stdin, screen)).trimEnd();
}

/**
 * All that is piped in. After two seconds a note says what the program waits for: with a pipe that stays open it looks
 * as if it hung. Rejects with a `UsageError` for more than 8 MB.
 */
export async function readStandardBytes(stdin: NodeJS.ReadStream, { aside }: Screen): Promise<Buffer> {
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
    return Buffer.concat(pieces);
  } finally {
    clearTimeout(timer);
  }
}
