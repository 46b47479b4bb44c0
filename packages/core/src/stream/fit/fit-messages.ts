import type { Message } from "../../contract/message.ts";
import { fitMessage, fitUnfinished } from "./fit-message.ts";
import { FittedHistory } from "./fitted-history.ts";
import type { Profile } from "./profile.ts";
import type { SentNames } from "./sent-names.ts";
import { nothingChanged, type Tally } from "./tally.ts";

export interface FittedMessages {
  readonly messages: readonly Message[];
  /** The names of tools, those of the history included. */
  readonly names: SentNames;
  readonly tally: Tally;
}

/** The beginning of a history: fitted, and not touched by what may follow it. */
interface Beginning {
  readonly sources: Message[];
  readonly history: FittedHistory;
  /** Of the tools that were offered: other tools may lead to other names in the history. */
  readonly tools: string;
}

/** Beginnings by their last message: the next step of a conversation goes on from one of them. */
const beginnings = new WeakMap<Profile, WeakMap<Message, Beginning>>();

/**
 * Makes the messages of a conversation fit for a recipient. Messages that need nothing are passed on as the very same
 * objects. `names`: those of the offered tools. `continues`: the last message is an unfinished answer.
 *
 * What stands before the last answer does not change any more. It is fitted once and kept, so that a step costs what is new
 * in it.
 */
export function fitMessages(
  messages: readonly Message[],
  profile: Profile,
  names: SentNames,
  continues: boolean,
): FittedMessages {
  if (messages.length === 0) return { messages, names, tally: nothingChanged };
  const settled = Math.max(
    0,
    messages.findLastIndex(({ role }) => role === "assistant"),
  );
  const beginning = settledBeginning(messages, settled, profile, names);
  const history = beginning.history.fork();
  const unfinished = continues ? messages.length - 1 : -1;
  for (let index = settled; index < messages.length; index++) {
    const message = messages[index] as Message;
    history.add(index === unfinished ? fitUnfinished(message, profile) : fitMessage(message, profile));
  }
  return { ...history.end(continues, messages.at(-1)?.role === "assistant"), names: history.names };
}

/** The first `count` messages, from where an earlier request has left them. */
function settledBeginning(messages: readonly Message[], count: number, profile: Profile, names: SentNames): Beginning {
  let known = beginnings.get(profile);
  if (known === undefined) {
    known = new WeakMap();
    beginnings.set(profile, known);
  }
  const beginning = knownBeginning(messages, count, known, names.key) ?? {
    sources: [],
    history: new FittedHistory(profile, names.fork()),
    tools: names.key,
  };
  const last = beginning.sources.at(-1);
  if (last !== undefined && beginning.sources.length < count) known.delete(last);
  for (const message of messages.slice(beginning.sources.length, count)) {
    // One that ends here goes no further. Kept, it would keep what it begins with, and so on: all that a run has dropped.
    known.delete(message);
    beginning.history.add(fitMessage(message, profile));
    beginning.sources.push(message);
  }
  const end = messages[count - 1];
  if (end !== undefined) {
    beginning.history.closeRound();
    known.set(end, beginning);
  }
  return beginning;
}

function knownBeginning(
  messages: readonly Message[],
  count: number,
  known: WeakMap<Message, Beginning>,
  tools: string,
): Beginning | undefined {
  for (let length = count; length > 0; length--) {
    const beginning = known.get(messages[length - 1] as Message);
    if (beginning === undefined || beginning.sources.length !== length || beginning.tools !== tools) continue;
    if (beginning.sources.every((message, index) => message === messages[index])) return beginning;
  }
  return undefined;
}
