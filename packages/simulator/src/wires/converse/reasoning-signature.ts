import { createHash } from "node:crypto";

const PREFIX = "simulator:";

/** The signature that the simulator gives to its reasoning. */
export function signReasoning(text: string): string {
  return `${PREFIX}${createHash("sha256").update(text).digest("base64")}`;
}

/** Whether a signature can stand beside a text. Those of other services are taken as they are. */
export function isSignatureOf(signature: string, text: string): boolean {
  return !signature.startsWith(PREFIX) || signature === signReasoning(text);
}
