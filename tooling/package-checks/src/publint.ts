import { publint } from "publint";
import { formatMessage } from "publint/utils";
import type { Tarball } from "./tarball.ts";

/** What publint finds in the tarball, suggestions too. */
export async function checkWithPublint({ data, manifest }: Tarball): Promise<readonly string[]> {
  const tarball = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer;
  const { messages } = await publint({ pack: { tarball } });
  return messages.map((message) => `${formatMessage(message, { ...manifest }, { color: false }) ?? message.code}`);
}
