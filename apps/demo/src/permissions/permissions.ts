import { isHostError, type ToolPermissions } from "@waygate/host";
import type { Approval, Decision, Proposal } from "../tools/approval.ts";
import type { PatternCompiler } from "./pattern-compiler.ts";
import type { RememberedRules } from "./remembered-rules.ts";
import { type Offer, offersFor, scopeWords } from "./rule.ts";
import { weighSettings } from "./settings-permissions.ts";

/** What a person says to a question. */
export type Answer =
  /** With an offer, for more calls than this one. */
  | { readonly allowed: true; readonly offer?: Offer | undefined }
  /** `reason` is for the model. */
  | { readonly allowed: false; readonly reason?: string | undefined };

export interface Question {
  readonly proposal: Proposal;
  readonly offers: readonly Offer[];
  /** Whether a rule that is chosen outlasts the conversation. */
  readonly lasting: boolean;
  /** Why it is asked although a rule may cover it, if so. */
  readonly because: string | undefined;
}

/** Asks a person. Rejects if `signal` is aborted first. */
export interface Person {
  ask(question: Question, signal: AbortSignal): Promise<Answer>;
}

export interface PermissionsOptions {
  /** `agent.tool_permissions` at this moment. */
  readonly settings: () => readonly ToolPermissions[];
  readonly patterns: PatternCompiler;
  readonly rules: RememberedRules;
  /** Whether calls need no approval that nothing forbids (`--yes`). */
  readonly yes: boolean;
  /** Undefined if there is no terminal to ask on. */
  readonly person: Person | undefined;
  /** Is told what was allowed or remembered without a further question, and what is wrong with the rules. */
  readonly tell: (text: string) => void;
}

/** Decides about calls: by the settings, by what a person allowed before, else by asking. One question at a time. */
export class Permissions implements Approval {
  readonly #options: PermissionsOptions;
  #previous: Promise<unknown> = Promise.resolve();

  constructor(options: PermissionsOptions) {
    this.#options = options;
  }

  ask(proposal: Proposal, signal: AbortSignal): Promise<Decision> {
    const before = this.#previous;
    const decision = this.#decide(proposal, before, signal);
    // Questions come in the order of the calls, however long the rules of each take to read.
    this.#previous = Promise.allSettled([before, decision]);
    return decision;
  }

  async #decide(proposal: Proposal, before: Promise<unknown>, signal: AbortSignal): Promise<Decision> {
    const first = await this.#weigh(proposal);
    if ("allowed" in first) return first;
    await before;
    signal.throwIfAborted();
    // The answer to the question before may have been a rule for this call too.
    const weighed = await this.#weigh(proposal);
    return "allowed" in weighed ? weighed : this.#question(proposal, weighed.must, signal);
  }

  /** What is decided without asking. `must`: why a person has to be asked, whatever rules and flags say. */
  async #weigh({ tool, action }: Proposal): Promise<Decision | { readonly must: string | undefined }> {
    const { settings, patterns, rules, yes, tell } = this.#options;
    const layers = settings();
    const verdict = weighSettings(tool, action, { layers, compile: await patterns.of(layers), folder: rules.folder });
    if (verdict.type === "deny") {
      return {
        allowed: false,
        reason: `This call of ${tool} was not carried out: ${verdict.why}. Do not try it again; find another way, or ask.`,
      };
    }
    if (verdict.type === "confirm") return { must: verdict.why };
    if (verdict.type === "allow") {
      tell(`allowed: ${verdict.why}`);
      return { allowed: true };
    }
    const rule = await this.#rule(tool, action);
    if (rule !== undefined) tell(`allowed by rule ${rule.id}: ${scopeWords(rule.scope)}`);
    return rule !== undefined || yes || verdict.allow ? { allowed: true } : { must: undefined };
  }

  async #rule(tool: string, action: Proposal["action"]) {
    try {
      return await this.#options.rules.find(tool, action);
    } catch (error) {
      // Rules that cannot be read allow nothing.
      if (!isHostError(error)) throw error;
      this.#options.tell(error.message);
      return undefined;
    }
  }

  async #question(proposal: Proposal, because: string | undefined, signal: AbortSignal): Promise<Decision> {
    const { person, rules } = this.#options;
    const { tool } = proposal;
    if (person === undefined) return { allowed: false, reason: withoutTerminal(tool, because) };
    const offers = because === undefined ? offersFor(proposal.action) : [];
    const answer = await person.ask({ proposal, offers, lasting: rules.lasting, because }, signal);
    if (!answer.allowed) return { allowed: false, reason: refusal(tool, answer.reason) };
    if (answer.offer !== undefined) await this.#remember(tool, answer.offer);
    return { allowed: true };
  }

  async #remember(tool: string, { scope }: Offer): Promise<void> {
    const { rules, tell } = this.#options;
    try {
      const { id } = await rules.add(tool, scope);
      tell(`rule ${id} for ${tool}: ${scopeWords(scope)} (/permissions lists and revokes rules)`);
    } catch (error) {
      if (!isHostError(error)) throw error;
      tell(`The rule was not kept, so this was allowed once. ${error.message}`);
    }
  }
}

function withoutTerminal(tool: string, because: string | undefined): string {
  const start = `${tool} was not allowed: it needs a person's approval, and there is no terminal to ask on.`;
  return because === undefined
    ? `${start} Go on without it, or tell the person to start the program with --yes.`
    : `${start} It is always asked about, because ${because}. Go on without it.`;
}

function refusal(tool: string, reason: string | undefined): string {
  const start = `The person refused this call of ${tool}.`;
  return reason === undefined
    ? `${start} It was not carried out; do not try it again, ask what they want instead.`
    : `${start} It was not carried out. Their reason: ${reason}`;
}
