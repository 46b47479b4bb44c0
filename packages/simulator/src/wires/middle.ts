import { type Answer, type AnswerPart, answerParts } from "../answer.ts";
import { argumentsPieces, textPieces } from "../pieces.ts";

/** How many frames of a wire open and close a part of each kind, around those of its pieces. */
export type FramesAround = Readonly<Record<AnswerPart["type"], { readonly before: number; readonly after: number }>>;

/**
 * After how many frames a streamed answer is in the middle of its first part of a kind: half of its pieces sent, at
 * least one. One frame opens the answer.
 */
export function middleOf(answer: Answer, kind: AnswerPart["type"], around: FramesAround): number | undefined {
  if (answer.raw !== undefined || answer.chunks !== undefined) return undefined;
  let passed = 1;
  for (const part of answerParts(answer)) {
    const pieces = [...(part.type === "tool-call" ? argumentsPieces(part) : textPieces(part.text))].length;
    const { before, after } = around[part.type];
    if (part.type === kind) return passed + before + Math.ceil(pieces / 2);
    passed += before + pieces + after;
  }
  return undefined;
}
