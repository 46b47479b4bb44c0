import type { AssistantMessage, AssistantPart, ReasoningPart, ToolCallPart } from "../../contract/message.ts";
import { fitArguments } from "./call-arguments.ts";
import { isBlank } from "./clean-text.ts";
import { asArguments } from "./freeform.ts";
import { kept, type PartFitting } from "./part-fitting.ts";
import type { Profile } from "./profile.ts";
import { approvalInWords, callInWords, serviceCallInWords, serviceResultInWords, words } from "./words.ts";

/** Makes an answer fit. Adds the calls that want a result to `calls`. Undefined if nothing of it is left. */
export function fitAssistant(
  source: AssistantMessage,
  fitting: PartFitting,
  calls: ToolCallPart[],
): AssistantMessage | undefined {
  const { blankText, reasoningAlone, reasoningAtEnd, reasoningBesideCalls } = fitting.profile.constraints;
  const message = fitting.withOwnState(source);
  let content = kept(message.content, (part) => fitPart(part, fitting, calls));
  if (reasoningBesideCalls === "required" && calls.length > 0 && !content.some(isReadableReasoning)) {
    content = [{ type: "reasoning", text: words.noReasoning }, ...content];
  }
  if (reasoningAtEnd === "rejected" && content.at(-1)?.type === "reasoning") {
    content = content.slice(0, content.findLastIndex(({ type }) => type !== "reasoning") + 1);
  }
  if (content.length === 0 ? blankText === "rejected" : reasoningAlone === "rejected" && !content.some(says)) {
    return undefined;
  }
  return content === message.content ? message : { ...message, content };
}

/** The message from its last compaction on, if the recipient can read one. */
export function sinceCompaction(message: AssistantMessage, fitting: PartFitting): AssistantMessage | undefined {
  const at = message.content.findLastIndex(
    (part) => part.type === "opaque" && part.replaces === "history" && fitting.isOwn(part.state),
  );
  if (at === -1) return undefined;
  return at === 0 ? message : { ...message, content: message.content.slice(at) };
}

/** What only the service itself reads is for its own gateway and model; others get a line of text, or nothing. */
function fitPart(part: AssistantPart, fitting: PartFitting, calls: ToolCallPart[]): AssistantPart | undefined {
  switch (part.type) {
    case "text":
      return fitting.text(part);
    case "reasoning":
      return fitReasoning(part, fitting);
    case "source":
      return fitting.cleanAll(fitting.withOwnState(part));
    case "tool-call":
      if (part.executor === "service") return ownOr(part, fitting, () => serviceCallInWords(part));
      return fitCall(part, fitting, calls);
    case "service-tool-result":
      return ownOr(part, fitting, () => serviceResultInWords(part));
    case "service-approval-request":
      return ownOr(part, fitting, () => approvalInWords(part));
    case "media":
      return ownOr(part, fitting, () => undefined) ?? fitting.unreadable(part.mediaType);
    case "opaque":
      return ownOr(part, fitting, () => undefined);
    default:
      return fitting.unknown(part);
  }
}

/** The part as it came, or what is said in its place. Without state, not even its own service can take it back. */
function ownOr<Part extends AssistantPart>(part: Part, fitting: PartFitting, say: () => string | undefined) {
  if (part.state !== undefined && fitting.isOwn(part.state)) return part;
  if (part.state !== undefined) fitting.count("states");
  const text = say();
  return text === undefined ? undefined : fitting.inWords(text);
}

function fitReasoning(part: ReasoningPart, fitting: PartFitting): ReasoningPart | undefined {
  const own = fitting.withOwnState(part);
  // What was signed together with the state goes back as it came.
  if (own.state !== undefined) return own.text.isWellFormed() ? own : { ...own, text: own.text.toWellFormed() };
  const text = fitting.clean(own.text);
  if (text === "" || (isBlank(text) && fitting.profile.constraints.blankText === "rejected")) return undefined;
  return text === own.text ? own : { ...own, text };
}

function fitCall(part: ToolCallPart, fitting: PartFitting, calls: ToolCallPart[]): AssistantPart | undefined {
  const { callIds, toolNames, inWords } = fitting.profile;
  const own = fitting.withOwnState(part);
  if (inWords) {
    fitting.count("toldCalls");
    return fitting.inWords(callInWords(part));
  }
  calls.push(part);
  const id = callIds.make(part.id);
  const name = toolNames.make(part.name);
  const given = fitGiven(own, fitting.profile);
  const same = id === own.id && name === own.name && given === own;
  return same ? own : { ...given, id, name };
}

/** The call with arguments that the service accepts: the very call if it does. */
function fitGiven(call: ToolCallPart, { constraints, recipient, cleaner }: Profile): ToolCallPart {
  if (call.format === "text" && recipient.freeformTools !== true) {
    const { format: _, ...rest } = call;
    return { ...rest, arguments: asArguments(cleaner.text(call.arguments)), status: "ok" };
  }
  const { text, status } =
    constraints.otherArguments === "accepted" || call.format === "text"
      ? { text: cleaner.text(call.arguments), status: call.status }
      : fitArguments(call.arguments, call.status, cleaner);
  return text === call.arguments && status === call.status ? call : { ...call, arguments: text, status };
}

function isReadableReasoning(part: AssistantPart): boolean {
  return part.type === "reasoning" && (part.state !== undefined || !isBlank(part.text));
}

/** Whether a part is something that was said or done, and not only thought or relied on. */
function says({ type }: AssistantPart): boolean {
  return type !== "reasoning" && type !== "source";
}
