import { isObject, type ModelEvent } from "@waygate/core/plugin";
import { quote } from "@waygate/plugin-kit";
import { Notices } from "../notices.ts";
import { describeGuardrailTrace } from "./describe-guardrail-trace.ts";

/** What an answer holds that events have no place for: it is told in words. */
export class AnswerNotices extends Notices {
  /** What a guardrail assessed, and which model a router chose. */
  trace(trace: unknown, events: ModelEvent[]): void {
    const assessed = describeGuardrailTrace(trace);
    if (assessed !== undefined) this.say("guardrail-assessment", `What was assessed: ${assessed}`, events);
    const router = isObject(trace) && isObject(trace.promptRouter) ? trace.promptRouter.invokedModelId : undefined;
    if (typeof router === "string") this.say("routed-model", `The router chose ${router}.`, events);
  }

  /** What `additionalModelResponseFieldPaths` asked for, as JSON. */
  responseFields(fields: unknown, events: ModelEvent[]): void {
    if (isObject(fields)) this.say("additional-response-fields", JSON.stringify(fields), events);
  }

  unwantedCall(name: unknown, events: ModelEvent[]): void {
    const words = `The model called ${quote(String(name))} although no tool was to be called; this was passed over.`;
    this.say("tool-call-unwanted", words, events);
  }

  unknownEvent(type: string, events: ModelEvent[]): void {
    this.say("event-ignored", `An event ${quote(type)} is not known and was passed over.`, events);
  }

  /** Content of a kind that is not read. */
  passedOver(kind: string | undefined, events: ModelEvent[]): void {
    if (kind === undefined) return;
    this.say(`${kind}-ignored`, `The answer has content of the kind ${quote(kind)}, which is not read.`, events);
  }

  unknownFinish(raw: string, events: ModelEvent[]): void {
    const word = raw === "" ? "without a word on why" : `with ${quote(raw)}`;
    this.say("finish-reason-unknown", `The answer ended ${word}, which was taken as its end.`, events);
  }
}
