import type {
  Message,
  ServiceApprovalPart,
  SystemMessage,
  ToolCallPart,
  ToolMessage,
  ToolResultContent,
  ToolResultPart,
  UserMessage,
  UserPart,
} from "../../contract/message.ts";
import { fitAssistant, sinceCompaction } from "./fit-assistant.ts";
import type { FittedMessage, FittedResult } from "./fitted-message.ts";
import { kept, PartFitting } from "./part-fitting.ts";
import type { Profile } from "./profile.ts";
import { joinTexts } from "./text-parts.ts";
import { mediaFollow, textPart, words } from "./words.ts";

const nothing = { calls: [], results: [], approvals: [], compacts: false } as const;

/**
 * Makes one message fit for a recipient. The result depends on the message and the profile alone and is remembered, so
 * that a step does not pay for the steps before it.
 */
export function fitMessage(message: Message, profile: Profile): FittedMessage {
  const known = profile.messages.get(message);
  if (known !== undefined) return known;
  const fitted = fitOne(message, new PartFitting(profile));
  profile.messages.set(message, fitted);
  return fitted;
}

/** Makes an unfinished answer fit that the model is to continue: its end stays as it is. Not remembered. */
export function fitUnfinished(message: Message, profile: Profile): FittedMessage {
  const constraints = { ...profile.constraints, reasoningAlone: "accepted", reasoningAtEnd: "accepted" } as const;
  return fitOne(message, new PartFitting({ ...profile, constraints }));
}

function fitOne(message: Message, fitting: PartFitting): FittedMessage {
  switch (message.role) {
    case "system":
    case "user": {
      const fitted = fitTexts(message, fitting);
      return { ...nothing, message: fitted, tally: fitting.tally };
    }
    case "assistant": {
      const calls: ToolCallPart[] = [];
      const since = sinceCompaction(message, fitting);
      const fitted = fitAssistant(since ?? message, fitting, calls);
      return { ...nothing, message: fitted, calls, compacts: since !== undefined, tally: fitting.tally };
    }
    case "tool":
      return fitResults(message, fitting);
  }
}

function fitTexts<Input extends SystemMessage | UserMessage>(message: Input, fitting: PartFitting): Input | undefined {
  const parts = kept(message.content as readonly UserPart[], (part) => fitUserPart(part, fitting));
  const content = fitting.profile.constraints.textParts === "rejected" ? joinTexts(parts) : parts;
  if (content.length === 0 && fitting.profile.constraints.blankText === "rejected") return undefined;
  return content === message.content ? message : { ...message, content };
}

function fitUserPart(part: UserPart, fitting: PartFitting): UserPart | undefined {
  switch (part.type) {
    case "text":
      return fitting.text(part);
    case "image":
    case "file":
      return fitting.media(part);
    default:
      return fitting.unknown(part);
  }
}

function fitResults(message: ToolMessage, fitting: PartFitting): FittedMessage {
  const results: FittedResult[] = [];
  const approvals: ServiceApprovalPart[] = [];
  const content = kept(message.content, (part): ToolMessage["content"][number] => {
    if (part.type === "service-approval") {
      const cleaned = fitting.cleanAll(part);
      approvals.push(cleaned);
      return cleaned;
    }
    const fitted = fitResult(part, fitting);
    results.push(fitted);
    return fitted.result;
  });
  const fitted = content === message.content ? message : { ...message, content };
  return { ...nothing, message: fitted, results, approvals, tally: fitting.tally };
}

function fitResult(part: ToolResultPart, fitting: PartFitting): FittedResult {
  const { constraints, toolNames, inWords } = fitting.profile;
  const rule = constraints.toolResultMedia;
  const moves = inWords || rule === "rejected" || (rule === "if-successful" && part.isError);
  const media: UserPart[] = [];
  let content = kept(part.content, (item): ToolResultContent | undefined => {
    switch (item.type) {
      case "text":
        return fitting.text(item);
      case "json":
        return fitting.cleanAll(item);
      case "image":
      case "file": {
        const visible = fitting.media(item);
        if (visible.type === "text" || !moves) return visible;
        media.push(visible);
        return undefined;
      }
      default:
        return fitting.unknown(item);
    }
  });
  if (media.length > 0) content = [...content, mediaFollow(media.length)];
  if (content.length === 0 && constraints.blankText === "rejected") content = [textPart(words.noOutput)];
  const name = inWords ? part.name : toolNames.make(part.name);
  const same = content === part.content && name === part.name;
  return { result: same ? part : { ...part, name, content }, media };
}
