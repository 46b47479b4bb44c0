import type {
  ServiceApprovalRequestPart,
  ServiceToolResultPart,
  TextPart,
  ToolCallPart,
  ToolResultContent,
  ToolResultPart,
} from "../../contract/message.ts";

/** The texts that are put into a history. They never change, so that the history stays the same from request to request. */
export const words = {
  /** Of the user, before a first message of the assistant. */
  begin: "(Begin.)",
  /** Of the user, after a last message of the assistant. */
  goOn: "(Continue.)",
  /** Of the assistant, between results and the user. */
  noted: "(Noted.)",
  /** In a result without content. */
  noOutput: "(no output)",
  /** In the place of reasoning that a service demands and that was never recorded. */
  noReasoning: "(not recorded)",
} as const;

/** Of what a service-run tool was given or found, in characters. */
const mostOfService = 2_000;

export function textPart(text: string): TextPart {
  return { type: "text", text };
}

/** In the place of media that the model does not read. */
export function unreadable(mediaType: string): string {
  return `[A part of type ${mediaType} was here, which you cannot read.]`;
}

/** A system message in a place where only the user may speak. */
export function laterSystem(text: string): string {
  return `[System message]\n${text}`;
}

export function mediaFollow(count: number): TextPart {
  return textPart(`(${count} image(s) or file(s) follow in the next message.)`);
}

export function mediaOf(name: string, id: string): TextPart {
  return textPart(`From the result of ${name} (${id}):`);
}

/** A call of a tool, for a model without tools. */
export function callInWords({ name, arguments: given }: ToolCallPart): string {
  return `[The tool ${name} was called with ${given.trim() === "" ? "{}" : given}]`;
}

/** Its result, likewise. */
export function resultInWords({ name, isError, content }: ToolResultPart): string {
  return `[The tool ${name} ${isError ? "failed" : "answered"}:\n${inWords(content).join("\n")}]`;
}

/** A call that a service executed, for other models. */
export function serviceCallInWords({ name, arguments: given }: ToolCallPart): string {
  return `[${name} was called: ${oneLine(given)}]`;
}

export function serviceResultInWords({ content, error }: ServiceToolResultPart): string {
  const said = content.length === 0 && error === undefined ? "nothing" : [error ?? "", ...inWords(content)].join(" ");
  return `[The call ${error === undefined ? "returned" : "failed"}: ${oneLine(said)}]`;
}

export function approvalInWords({ name, arguments: given }: ServiceApprovalRequestPart): string {
  return `[${name} asked for approval: ${oneLine(given)}]`;
}

/** The result of a call that will never have one of its own. `begun`: its tool was at work already. */
export function cancelledResult(call: ToolCallPart, begun: boolean): ToolResultPart {
  const text = begun
    ? "Cancelled while the tool was at work: what it has done so far is not known."
    : "Cancelled: this tool call was not carried out.";
  return { type: "tool-result", id: call.id, name: call.name, content: [textPart(text)], isError: true };
}

function inWords(content: readonly ToolResultContent[]): readonly string[] {
  return content.map((part) => {
    if (part.type === "text") return part.text;
    return part.type === "json" ? JSON.stringify(part.value) : `a part of type ${part.mediaType}`;
  });
}

/** Enough for a model to know what happened. */
function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= mostOfService ? line : `${line.slice(0, mostOfService)}…`;
}
