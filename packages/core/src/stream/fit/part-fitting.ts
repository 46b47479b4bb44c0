import type { JsonValue } from "../../contract/json.ts";
import type { FilePart, ImagePart, OpaqueState, TextPart } from "../../contract/message.ts";
import { isBlank } from "./clean-text.ts";
import type { Profile } from "./profile.ts";
import { type MutableTally, newTally, nothingChanged, type Tally } from "./tally.ts";
import { textPart, unreadable } from "./words.ts";

/** Any part may carry the state of the service that it came from. */
export interface Stateful {
  readonly state?: OpaqueState;
}

/** A part of a kind that this version does not know, as far as something can be made of it. */
export interface UnknownPart {
  readonly type: string;
  readonly text?: unknown;
  readonly mediaType?: unknown;
}

/** Makes the parts of one message fit, whatever its role, and counts what a reader may want to know about. */
export class PartFitting {
  readonly profile: Profile;
  #tally: MutableTally | undefined;

  constructor(profile: Profile) {
    this.profile = profile;
  }

  get tally(): Tally {
    return this.#tally ?? nothingChanged;
  }

  count(what: keyof MutableTally): void {
    this.#tally ??= newTally();
    this.#tally[what]++;
  }

  /** Undefined if the text says nothing and no state belongs to it. */
  text(part: TextPart): TextPart | undefined {
    const own = this.withOwnState(part);
    const text = this.clean(own.text);
    if (isBlank(text) && own.state === undefined && this.profile.constraints.blankText === "rejected") return undefined;
    return text === own.text ? own : { ...own, text };
  }

  clean(text: string): string {
    const cleaned = this.profile.cleaner.text(text);
    if (cleaned !== text) this.count("characters");
    return cleaned;
  }

  /** All strings of a part but those of its state, which nobody but its service reads. */
  cleanAll<Part extends object>(part: Part): Part {
    const { state, ...rest } = part as Part & Stateful;
    const cleaned = this.profile.cleaner.json(rest as JsonValue);
    if (cleaned === rest) return part;
    this.count("characters");
    return { ...(cleaned as object), ...(state !== undefined && { state }) } as Part;
  }

  /** A text that is said in the place of a part. */
  inWords(text: string): TextPart | undefined {
    return this.text(textPart(text));
  }

  media<Part extends ImagePart | FilePart>(part: Part): Part | TextPart {
    const { images, files } = this.profile.recipient;
    // A file's name may hold anything, and an address too.
    return (part.type === "image" ? images : files) === true ? this.cleanAll(part) : this.unreadable(part.mediaType);
  }

  unreadable(mediaType: string): TextPart {
    this.count("media");
    return textPart(unreadable(this.clean(mediaType)));
  }

  /** A newer kind of part is sent as its text if it has one. */
  unknown(part: UnknownPart): TextPart | undefined {
    if (typeof part.text === "string") return this.inWords(part.text);
    if (typeof part.mediaType === "string") return this.unreadable(part.mediaType);
    this.count("parts");
    return undefined;
  }

  /** The part without the state of another origin. */
  withOwnState<Part extends Stateful>(part: Part): Part {
    const { state, ...rest } = part;
    if (state === undefined || this.isOwn(state)) return part;
    this.count("states");
    return rest as unknown as Part;
  }

  isOwn({ origin }: OpaqueState): boolean {
    const { gateway, model } = this.profile.recipient;
    return origin.gateway === gateway && origin.model === model;
  }
}

/** The fitted parts without those that nothing is left of: the very list if all stayed as they are. */
export function kept<Part, Fitted>(
  parts: readonly Part[],
  change: (part: Part) => Fitted | undefined,
): readonly Fitted[] {
  let same = true;
  const fitted: Fitted[] = [];
  for (const part of parts) {
    const made = change(part);
    if (made !== undefined) fitted.push(made);
    if ((made as unknown) !== part) same = false;
  }
  return same ? (parts as readonly unknown[] as readonly Fitted[]) : fitted;
}
