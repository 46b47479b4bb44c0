import type { CompleteConstraints } from "../../contract/constraints.ts";
import type { Message } from "../../contract/message.ts";
import { type Cleaner, cleanerFor } from "./clean-text.ts";
import type { FittedMessage } from "./fitted-message.ts";
import type { Recipient } from "./recipient.ts";
import { idMaker, nameMaker, type TokenMaker } from "./token.ts";

/** Constraints and a recipient, read once. What depends on nothing else is remembered here, by message and by tool. */
export interface Profile {
  readonly constraints: CompleteConstraints;
  readonly recipient: Recipient;
  readonly cleaner: Cleaner;
  readonly callIds: TokenMaker;
  readonly toolNames: TokenMaker;
  /** Whether calls and results are sent as text. */
  readonly inWords: boolean;
  /** The fitted form of each message. Messages are immutable, so it stays true. */
  readonly messages: WeakMap<Message, FittedMessage>;
}

/** So many recipients are remembered per set of constraints. */
const limit = 200;
const known = new WeakMap<CompleteConstraints, Map<string, Profile>>();

/** Throws a `TypeError` for constraints that cannot be kept. */
export function profileOf(recipient: Recipient, constraints: CompleteConstraints): Profile {
  let profiles = known.get(constraints);
  if (profiles === undefined) {
    profiles = new Map();
    known.set(constraints, profiles);
  }
  const { gateway, model, images, files, tools, freeformTools } = recipient;
  const key = `${gateway}\n${model}\n${images} ${files} ${tools} ${freeformTools}`;
  let profile = profiles.get(key);
  if (profile === undefined) {
    profile = readProfile(recipient, constraints);
    for (const oldest of profiles.keys()) {
      if (profiles.size < limit) break;
      profiles.delete(oldest);
    }
    profiles.set(key, profile);
  }
  return profile;
}

function readProfile(recipient: Recipient, constraints: CompleteConstraints): Profile {
  return {
    constraints,
    recipient,
    cleaner: cleanerFor(constraints.controlCharacters),
    callIds: idMaker(constraints.callIds),
    toolNames: nameMaker(constraints.toolNames),
    inWords: recipient.tools !== true || constraints.toolHistory === "words",
    messages: new WeakMap(),
  };
}
