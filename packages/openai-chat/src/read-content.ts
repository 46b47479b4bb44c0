import { isObject } from "@waygate/core/plugin";

export interface ContentPiece {
  readonly type: "text" | "reasoning";
  readonly text: string;
}

/** Reads content in parts, such as Mistral's. Parts without text are left out. */
export function readContent(parts: readonly unknown[]): readonly ContentPiece[] {
  const pieces: ContentPiece[] = [];
  for (const part of parts) {
    if (typeof part === "string" && part !== "") pieces.push({ type: "text", text: part });
    if (!isObject(part)) continue;
    if (part.type === "thinking") {
      const text = typeof part.thinking === "string" ? part.thinking : textOf(part.thinking);
      if (text !== "") pieces.push({ type: "reasoning", text });
    } else if (typeof part.text === "string" && part.text !== "") {
      pieces.push({ type: "text", text: part.text });
    }
  }
  return pieces;
}

/** Returns the reasoning of a delta: the first of the fields that services use for it that is not empty. */
export function readReasoning(delta: Record<string, unknown>): string {
  const { reasoning_content: content, reasoning } = delta;
  if (typeof content === "string" && content !== "") return content;
  if (typeof reasoning === "string" && reasoning !== "") return reasoning;
  if (Array.isArray(delta.reasoning_details) && delta.reasoning_details.length > 0) {
    return delta.reasoning_details.map(detailText).join("");
  }
  return "";
}

function detailText(detail: unknown): string {
  if (!isObject(detail)) return "";
  if (typeof detail.text === "string") return detail.text;
  return typeof detail.summary === "string" ? detail.summary : "";
}

function textOf(parts: unknown): string {
  if (!Array.isArray(parts)) return "";
  return parts.map((part) => (isObject(part) && typeof part.text === "string" ? part.text : "")).join("");
}
