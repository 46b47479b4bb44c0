import type { HeldBytes, JsonObject, ModelEvent } from "@waygate/core/plugin";

/**
 * The reasoning of one answer. Text is handed on as it comes; what Bedrock wants back with it, a signature or the
 * encrypted content of a redacted block, goes out with the end of its block.
 */
export class ReasoningBlocks {
  /** The block under way. */
  #index: number | undefined;
  #said = false;
  #signature = "";
  #redacted: string[] = [];
  readonly #held: HeldBytes;

  /** `held`: counts signatures and encrypted content, which no event carries before the end of their block. */
  constructor(held: HeldBytes) {
    this.#held = held;
  }

  add(index: number, content: Record<string, unknown>, events: ModelEvent[]): void {
    if (this.#index !== undefined && this.#index !== index) this.end(undefined, events);
    this.#index = index;
    const { text, signature, redactedContent } = content;
    if (typeof text === "string" && text !== "") {
      this.#said = true;
      events.push({ type: "reasoning-delta", text });
    }
    if (typeof signature === "string") {
      this.#held.add(signature.length);
      this.#signature += signature;
    }
    if (typeof redactedContent === "string" && redactedContent !== "") {
      this.#held.add(redactedContent.length);
      this.#redacted.push(redactedContent);
    }
  }

  /** A block of an answer that is not streamed. */
  whole(content: Record<string, unknown>, events: ModelEvent[]): void {
    this.add(-1, { ...content, ...(content.reasoningText as Record<string, unknown> | undefined) }, events);
    this.end(-1, events);
  }

  /** Ends the block of an index, or whichever is under way. */
  end(index: number | undefined, events: ModelEvent[]): void {
    if (this.#index === undefined || (index !== undefined && index !== this.#index)) return;
    const state = this.#state();
    if (state !== undefined) events.push({ type: "reasoning-end", state });
    else if (this.#said) events.push({ type: "reasoning-end" });
    this.#index = undefined;
    this.#said = false;
    this.#signature = "";
    this.#redacted = [];
  }

  #state(): JsonObject | undefined {
    const [first] = this.#redacted;
    if (first !== undefined) {
      // Pieces of base64 are put together as bytes: each may end in padding of its own.
      const redactedContent = this.#redacted.length === 1 ? first : joined(this.#redacted);
      return { redactedContent };
    }
    return this.#signature === "" ? undefined : { signature: this.#signature };
  }
}

function joined(pieces: readonly string[]): string {
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, "base64"))).toString("base64");
}
