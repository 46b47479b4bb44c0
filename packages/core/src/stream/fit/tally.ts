/** How often something was changed that a reader may want to know about. */
export interface Tally {
  /** Pieces of opaque state of another origin. */
  readonly states: number;
  /** Images and files that became a line of text. */
  readonly media: number;
  /** Texts with characters that were replaced. */
  readonly characters: number;
  /** Parts of an unknown kind that were left out. */
  readonly parts: number;
  /** Tool calls that became text. */
  readonly toldCalls: number;
  /** Calls that were answered as cancelled. */
  readonly unanswered: number;
  /** Results that were left out. */
  readonly orphans: number;
  /** System messages that did not stay in their place. */
  readonly movedSystem: number;
  /** 1 if a user message was added after the assistant's last one. */
  readonly prefills: number;
  /** Tools that were left out. */
  readonly tools: number;
}

export type MutableTally = { -readonly [Key in keyof Tally]: Tally[Key] };

export const nothingChanged: Tally = Object.freeze(newTally());

export function newTally(): MutableTally {
  return {
    states: 0,
    media: 0,
    characters: 0,
    parts: 0,
    toldCalls: 0,
    unanswered: 0,
    orphans: 0,
    movedSystem: 0,
    prefills: 0,
    tools: 0,
  };
}

export function addTally(sum: MutableTally, more: Tally): void {
  if (more === nothingChanged) return;
  for (const key of Object.keys(more) as (keyof Tally)[]) sum[key] += more[key];
}
