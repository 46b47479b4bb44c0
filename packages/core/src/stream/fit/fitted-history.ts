import type {
  AssistantMessage,
  AssistantPart,
  Message,
  SystemMessage,
  TextPart,
  ToolCallPart,
  UserPart,
} from "../../contract/message.ts";
import { CallRound, type SentCall, withContent } from "./call-round.ts";
import type { FittedMessage, FittedResult } from "./fitted-message.ts";
import type { Profile } from "./profile.ts";
import { SentIds } from "./sent-ids.ts";
import type { SentNames } from "./sent-names.ts";
import { addTally, newTally, type Tally } from "./tally.ts";
import { joinTexts } from "./text-parts.ts";
import { Turns } from "./turns.ts";
import { laterSystem, mediaOf, resultInWords, textPart } from "./words.ts";

/** Puts fitted messages together, one by one, into a history that a recipient accepts. */
export class FittedHistory {
  readonly #profile: Profile;
  readonly names: SentNames;
  readonly #ids: SentIds;
  #tally = newTally();
  #turns: Turns;
  /** All system messages so far, and those that are sent before all others. */
  readonly #system: SystemMessage[] = [];
  readonly #leading: SystemMessage[] = [];
  #round = new CallRound();

  constructor(profile: Profile, names: SentNames, below?: FittedHistory) {
    this.#profile = profile;
    this.names = names;
    if (below === undefined) {
      this.#ids = new SentIds(profile.callIds, profile.constraints.repeatedCallIds === "accepted");
      this.#turns = new Turns(profile.constraints);
      return;
    }
    this.#ids = below.#ids.fork();
    this.#turns = below.#turns.fork();
    addTally(this.#tally, below.#tally);
    this.#system.push(...below.#system);
    this.#leading.push(...below.#leading);
  }

  /** Returns a history that goes on from here, and adds nothing to this one. The open round must be closed. */
  fork(): FittedHistory {
    return new FittedHistory(this.#profile, this.names.fork(), this);
  }

  add(fitted: FittedMessage): void {
    const { message, tally } = fitted;
    if (fitted.compacts) this.#compact();
    addTally(this.#tally, tally);
    switch (message?.role) {
      case "system":
        this.#system.push(message);
        this.#addSystem(message);
        break;
      case "user":
        this.#addOther(message);
        break;
      case "assistant":
        this.closeRound();
        this.#addAssistant(message, fitted.calls);
        break;
      case "tool":
        if (this.#pairs) this.#round.addResults(fitted);
        else this.#addResults(fitted);
        break;
      case undefined:
        break;
    }
  }

  /** Ends the round of calls: their results, then all that came in between. */
  closeRound(): void {
    const round = this.#round;
    this.#round = new CallRound();
    if (!this.#pairs) return;
    const { answers, unanswered, orphans } = round.paired();
    this.#tally.unanswered += unanswered;
    this.#tally.orphans += orphans;
    const message = round.toolMessage(answers);
    if (message !== undefined) this.#turns.add(message);
    this.#addMedia(answers);
    for (const other of round.others) this.#turns.add(other);
  }

  /** Whether each call gets its one result, next to it. */
  get #pairs(): boolean {
    return this.#profile.constraints.unpairedResults === "rejected" && !this.#profile.inWords;
  }

  /** Results that stay where they are. */
  #addResults({ message, results, approvals }: FittedMessage): void {
    const { inWords, callIds } = this.#profile;
    if (inWords) {
      this.#tellResults(results);
      return;
    }
    const answers = results.map((fitted) => this.#round.claim(fitted, (id) => callIds.make(id)));
    this.#turns.add(withContent(message, [...answers.map(({ result }) => result), ...approvals]));
    this.#addMedia(answers);
  }

  /**
   * Settles what is still open. `continues`: the last message is an answer that the model goes on with. `prefilled`: the
   * source ends with the assistant.
   */
  end(continues: boolean, prefilled: boolean): { readonly messages: readonly Message[]; readonly tally: Tally } {
    if (!continues) this.closeRound();
    const { messages, prefills } = this.#turns.end(continues, prefilled);
    this.#tally.prefills += prefills;
    return { messages: [...this.#leadingSystem(), ...messages], tally: this.#tally };
  }

  /** For its own service, a compaction stands for everything before it but system messages. */
  #compact(): void {
    this.#round = new CallRound();
    this.#turns = new Turns(this.#profile.constraints);
    this.#tally = newTally();
    this.#leading.length = 0;
    for (const message of this.#system) this.#addSystem(message);
  }

  #addOther(message: Message): void {
    if (this.#pairs && this.#round.hasCalls) {
      this.#round.addOther(message);
      return;
    }
    if (this.#pairs) this.closeRound();
    this.#turns.add(message);
  }

  #addSystem(message: SystemMessage): void {
    const { systemMessages, laterSystemMessages } = this.#profile.constraints;
    const leads = this.#turns.isEmpty && !this.#round.hasCalls;
    if (systemMessages === "anywhere") {
      this.#addOther(message);
    } else if (systemMessages === "rejected") {
      if (!leads) this.#tally.movedSystem++;
      this.#addOther({ role: "user", content: leads ? message.content : [laterSystemText(message)] });
    } else if (leads) {
      this.#leading.push(message);
    } else {
      this.#tally.movedSystem++;
      if (laterSystemMessages === "to-front") this.#leading.push(message);
      else this.#addOther({ role: "user", content: [laterSystemText(message)] });
    }
  }

  #leadingSystem(): readonly SystemMessage[] {
    if (this.#leading.length < 2 || this.#profile.constraints.systemMessages !== "single") return this.#leading;
    const content = this.#leading.flatMap((message) => message.content);
    const joined = this.#profile.constraints.textParts === "rejected" ? joinTexts(content) : content;
    return [{ role: "system", content: joined as readonly TextPart[] }];
  }

  #addAssistant(message: AssistantMessage, calls: readonly ToolCallPart[]): void {
    let changed = false;
    const sentCalls: SentCall[] = [];
    const content = message.content.map((part): AssistantPart => {
      if (part.type !== "tool-call" || part.executor === "service") return part;
      const source = calls[sentCalls.length] ?? part;
      const id = this.#ids.next(source.id, part.id);
      const name = this.names.sent(source.name);
      const sent = id === part.id && name === part.name ? part : { ...part, id, name };
      if (sent !== part) changed = true;
      sentCalls.push({ source, sent });
      return sent;
    });
    this.#turns.add(changed ? { ...message, content } : message);
    this.#round = new CallRound(message, sentCalls);
  }

  #tellResults(answers: readonly FittedResult[]): void {
    const content = answers.flatMap(({ result, media }): readonly UserPart[] => [
      textPart(this.#profile.cleaner.text(resultInWords(result))),
      ...media,
    ]);
    if (content.length === 0) return;
    const { textParts } = this.#profile.constraints;
    this.#turns.add({ role: "user", content: textParts === "rejected" ? joinTexts(content) : content });
  }

  #addMedia(answers: readonly FittedResult[]): void {
    const content = answers.flatMap(({ result: { name, id }, media }): readonly UserPart[] =>
      media.length === 0 ? [] : [mediaOf(name, id), ...media],
    );
    if (content.length > 0) this.#turns.add({ role: "user", content });
  }
}

function laterSystemText({ content }: SystemMessage): TextPart {
  return textPart(laterSystem(content.map(({ text }) => text).join("\n\n")));
}
