import type { NoticeEvent } from "../../contract/event.ts";
import type { Recipient } from "./recipient.ts";
import type { Tally } from "./tally.ts";

/**
 * Says what was changed in a request beyond its form: one notice per kind, with a count. Changes without consequence,
 * such as other ids or joined messages, are not mentioned.
 */
export function fitNotices(tally: Tally, { gateway, model }: Recipient): readonly NoticeEvent[] {
  const to = `${gateway}:${model}`;
  const notices: NoticeEvent[] = [];
  const add = (count: number, code: string, message: string) => {
    if (count > 0) notices.push({ type: "notice", code, message: `${count} ${message}` });
  };
  add(
    tally.states,
    "foreign-state-dropped",
    `piece(s) of reasoning state of another gateway or model were not sent to ${to}, which could not read them.`,
  );
  add(
    tally.media,
    "media-dropped",
    `earlier image(s) or file(s) were replaced by a line of text: ${to} does not accept them.`,
  );
  add(tally.parts, "content-dropped", `part(s) of a kind that cannot be sent to ${to} were left out.`);
  add(tally.toldCalls, "tool-history-told", `earlier tool call(s) were sent as text: ${to} does not accept tools.`);
  add(tally.unanswered, "tool-result-missing", "tool call(s) without a result were answered as cancelled.");
  add(tally.orphans, "tool-result-orphaned", "tool result(s) without a call of their own were left out.");
  add(
    tally.movedSystem,
    "system-message-moved",
    `system message(s) after the first were sent in another place or as the user's: ${to} accepts them only first.`,
  );
  add(
    tally.prefills,
    "prefill-not-accepted",
    `short user message was added: ${to} does not continue a message of the assistant.`,
  );
  add(
    tally.characters,
    "characters-replaced",
    `text(s) have characters that ${to} does not accept. U+FFFD was sent in their place.`,
  );
  add(
    tally.tools,
    "tool-dropped",
    `tool(s) were not offered to ${to}: their names are taken, or the request has more tools than it accepts.`,
  );
  return notices;
}
