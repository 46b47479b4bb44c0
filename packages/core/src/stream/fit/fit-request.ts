import type { CompleteConstraints } from "../../contract/constraints.ts";
import type { NoticeEvent } from "../../contract/event.ts";
import type { ModelRequest } from "../../contract/request.ts";
import { AnswerNames } from "./answer-names.ts";
import { fitMessages } from "./fit-messages.ts";
import { fitNotices } from "./fit-notices.ts";
import { fitTools } from "./fit-tools.ts";
import { limitImages } from "./limit-images.ts";
import { profileOf } from "./profile.ts";
import type { Recipient } from "./recipient.ts";
import { addTally, newTally } from "./tally.ts";

export interface FittedRequest<Request extends FittableRequest> {
  readonly request: Request;
  /** What a reader should know before the answer begins. */
  readonly notices: readonly NoticeEvent[];
  /** Translates the answer's names back. */
  readonly names: AnswerNames;
}

/** As much of a request as is adapted. */
export type FittableRequest = Pick<
  ModelRequest,
  "messages" | "tools" | "toolChoice" | "responseFormat" | "continuesAnswer"
>;

/**
 * Makes a request fit for its recipient: no matter which models the conversation was held with before, the recipient's
 * service accepts it. The request itself is never changed, and what fits is passed on as the very same objects.
 *
 * The same request always gives the same result, and a conversation that has grown begins with the same messages, so that
 * services that cache prompts find them again. Throws a `TypeError` for constraints that cannot be kept.
 */
export function fitRequest<Request extends FittableRequest>(
  request: Request,
  recipient: Recipient,
  constraints: CompleteConstraints,
): FittedRequest<Request> {
  const profile = profileOf(recipient, constraints);
  const { tools, names: toolNames, tally: toolTally } = fitTools(request.tools, profile);
  const continues = request.continuesAnswer === true;
  const { messages: all, names, tally } = fitMessages(request.messages, profile, toolNames, continues);
  const { messages, dropped } = limitImages(all, constraints.maxImages);
  const sum = newTally();
  addTally(sum, tally);
  addTally(sum, toolTally);
  sum.media += dropped;
  const { toolChoice } = request;
  const fitted: Request = { ...request, messages, tools };
  if (typeof toolChoice === "object") Object.assign(fitted, { toolChoice: { tool: names.sent(toolChoice.tool) } });
  return { request: fitted, notices: fitNotices(sum, recipient), names: new AnswerNames(names) };
}
