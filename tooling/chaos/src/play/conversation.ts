import { setImmediate, setTimeout } from "node:timers/promises";
import {
  type ApprovalRequest,
  type Run,
  type RunEvent,
  type RunOptions,
  type RunSnapshot,
  resume,
  run,
} from "@waygate/core";
import type { Plan } from "../plan/plan.ts";
import { Random } from "../random.ts";
import { Account } from "./account.ts";
import type { OpenedGateway } from "./gateways.ts";
import { openingWords } from "./service.ts";
import { Stopper } from "./stopper.ts";
import { streamAnswers } from "./stream-answers.ts";
import { makeTools } from "./tools.ts";

/** Thrown by the program itself, in the middle of its loop. */
const ownMistake = new Error("The consumer made a mistake of its own.");

/** The program of one conversation: carries out its plan, and keeps an account of all that it sees. */
export class Conversation {
  readonly account: Account;
  readonly #plan: Plan;
  readonly #number: number;
  readonly #gateways: readonly OpenedGateway[];
  readonly #stopper: Stopper;
  readonly #random: Random;
  #controller = new AbortController();
  readonly #reason: Error;
  #running: Run | undefined;
  /** Taken in the moment in which the run was aborted, to go on from. */
  #stored: RunSnapshot | undefined;
  /** Whether the loop over the events is to be left at the next one. */
  #leaves = false;
  /** Resolves when the conversation is stopped. */
  readonly #whenStopped = Promise.withResolvers<void>();

  constructor(plan: Plan, number: number, gateways: readonly OpenedGateway[]) {
    const own = plan.conversations[number];
    if (own === undefined) throw new RangeError(`There is no conversation ${number}.`);
    this.#plan = plan;
    this.#number = number;
    this.#gateways = gateways;
    this.#random = new Random("conversation", plan.seed, plan.run, number);
    this.#reason = new Error(`Conversation ${number} was stopped.`);
    this.account = new Account(own);
    this.#stopper = new Stopper(own.stop, () => this.#stop());
  }

  /** Whatever the library makes for it, to see that it is let go of in the end. */
  readonly made: object[] = [];

  sent(request: number, part: number): void {
    this.#stopper.sent(request, part);
  }

  async play(): Promise<void> {
    const { account } = this;
    this.made.push(this.#controller);
    this.#stopper.begin();
    try {
      if (account.plan.way === "stream") await this.#stream();
      else await this.#run();
    } finally {
      this.#stopper.end();
    }
  }

  #options(): RunOptions {
    const { plan } = this.account;
    const [first, ...fallbacks] = this.#gateways;
    if (first === undefined) throw new RangeError("There is no gateway.");
    const watch = {
      script: plan.script,
      executions: this.account.executions,
      isStopped: () => this.account.stopped,
    };
    return {
      gateway: first.gateway,
      model: first.model,
      fallbacks: fallbacks.map(({ gateway, model }) => ({ gateway, model })),
      messages: [{ role: "user", content: openingWords(this.#number) }],
      tools: makeTools({
        ...watch,
        get stopped() {
          return watch.isStopped();
        },
        begun: () => this.#stopper.tool(),
      }),
      signal: this.#controller.signal,
      retry: { maxAttempts: plan.maxAttempts, baseDelayMs: 2, maxDelayMs: 8, maxRetryAfterMs: 40 },
      onInterrupted: plan.onInterrupted,
      deadlines: { ...this.#plan.deadlines, ...(plan.totalMs !== undefined && { totalMs: plan.totalMs }) },
      maxParallelTools: plan.maxParallelTools,
      toolTimeoutMs: plan.toolTimeoutMs,
      ...(plan.maxSteps !== undefined && { maxSteps: plan.maxSteps }),
      ...(plan.maxToolCalls !== undefined && { maxToolCalls: plan.maxToolCalls }),
      ...(plan.approvals === "callback" && { approve: (request: ApprovalRequest) => this.#approve(request) }),
    };
  }

  async #run(): Promise<void> {
    const { account } = this;
    let running: Run = run(this.#options());
    for (;;) {
      this.#running = running;
      this.made.push(running);
      await this.#consume(running);
      const snapshot = this.#stored ?? (this.#isPaused() ? running.snapshot() : undefined);
      if (snapshot === undefined) return;
      if (account.resumed > 30) throw new Error("A run that was resumed 30 times came no further.");
      account.repeated ||= this.#stored !== undefined;
      running = this.#goOn(snapshot);
    }
  }

  #isPaused(): boolean {
    const { ending } = this.account;
    return ending?.type === "finished" && ending.reason === "paused" && !this.account.stopped;
  }

  /** Goes on from a stored run, as another process would. */
  #goOn(snapshot: RunSnapshot): Run {
    const { account } = this;
    this.#stored = undefined;
    account.stopped = false;
    account.resumed++;
    account.ending = undefined;
    account.others.push(snapshot);
    account.histories.push(snapshot.messages);
    if (this.#controller.signal.aborted) {
      this.#controller = new AbortController();
      this.made.push(this.#controller);
    }
    const { messages: _, ...options } = this.#options();
    const running = resume(JSON.parse(JSON.stringify(snapshot)), options);
    if (account.plan.approvals !== "callback") for (const request of snapshot.approvals) this.#decide(running, request);
    return running;
  }

  /** Takes a run to its end, or leaves it, and notes how it ended. */
  async #consume(running: Run): Promise<void> {
    const { account } = this;
    if (account.plan.way === "events") await this.#loop(running);
    else if (account.plan.steers) running.steer({ role: "user", content: "And be quick." });
    try {
      const result = await running.result();
      account.others.push(result);
      account.ending = { type: "finished", reason: result.reason, text: result.text };
    } catch (error) {
      account.others.push(error);
      account.ending = this.#isOwn(error) ? { type: "stopped" } : { type: "failed", error };
    }
    account.messages = running.messages;
    account.histories.push(running.messages);
  }

  /** Whether that is how the program itself ended the run. */
  #isOwn(error: unknown): boolean {
    if (!this.account.stopped) return false;
    if (error === this.#reason) return true;
    const { how } = this.account.plan.stop ?? {};
    return how !== "abort" && how !== "stored" && error instanceof DOMException && error.name === "AbortError";
  }

  async #loop(running: Run): Promise<void> {
    const { account } = this;
    const random = this.#random;
    try {
      for await (const event of running) {
        account.hear(event);
        this.#attend(running, event);
        this.#stopper.event();
        if (account.events.length % 7 === 0) account.histories.push(running.messages);
        if (this.#leaves && account.plan.stop?.how === "throw") throw ownMistake;
        if (this.#leaves) break;
        if (account.plan.pace === "slow" && random.chance(0.2)) await setTimeout(random.integer(0, 3));
        if (account.plan.pace === "stuck" && !account.stopped) await this.#whenStopped.promise;
      }
    } catch (error) {
      // The result below is rejected with the same, unless it is the loop's own.
      if (error !== ownMistake) account.others.push(error);
    }
  }

  /** What a program does about an event. */
  #attend(running: Run, event: RunEvent): void {
    const { plan } = this.account;
    if (plan.steers && event.type === "step-start" && event.step === 2) {
      running.steer({ role: "user", content: "And be quick." });
    }
    if (event.type !== "approval-request") return;
    if (plan.approvals === "paused") running.pause();
    if (plan.approvals !== "calls") return;
    if (this.#random.chance(0.5)) this.#decide(running, event);
    else setImmediate().then(() => this.#decide(running, event));
  }

  #decide(running: Run, request: ApprovalRequest): void {
    const { approved, reason } = this.#decision(request);
    if (approved) running.approve(request.id);
    else running.deny(request.id, reason);
  }

  async #approve(request: ApprovalRequest) {
    const decision = this.#decision(request);
    if (this.#random.chance(0.5)) await setImmediate();
    if (!decision.approved && this.#random.chance(0.3)) throw new Error("The person has gone.");
    return decision.approved || decision;
  }

  /** The same for each call, whenever and however often it is asked for. */
  #decision({ arguments: written }: ApprovalRequest): { readonly approved: boolean; readonly reason?: string } {
    const { seed, run } = this.#plan;
    const ref = typeof written === "object" && written !== null && "ref" in written ? String(written.ref) : "";
    const random = new Random("decision", seed, run, ref);
    const approved = random.chance(0.7);
    this.account.decisions.push({ ref, shown: JSON.stringify(written), approved });
    return approved ? { approved } : { approved, ...(random.chance(0.5) && { reason: "Not today." }) };
  }

  /** By `gateway.stream`. */
  async #stream(): Promise<void> {
    const { account } = this;
    const [first] = this.#gateways;
    if (first === undefined) throw new RangeError("There is no gateway.");
    const { totalMs } = account.plan;
    const late = totalMs === undefined ? undefined : globalThis.setTimeout(() => this.#stop(), totalMs);
    try {
      account.messages = await streamAnswers(first, {
        opening: openingWords(this.#number),
        answers: account.plan.script.steps.length,
        deadlines: this.#plan.deadlines,
        signal: this.#controller.signal,
        hear: async (event) => {
          account.hear(event);
          this.#stopper.event();
          if (this.#leaves && account.plan.stop?.how === "throw") throw ownMistake;
          if (account.plan.pace === "slow" && this.#random.chance(0.2)) await setTimeout(1);
          if (account.plan.pace === "stuck" && !account.stopped) await this.#whenStopped.promise;
          return !this.#leaves;
        },
      });
      account.ending = this.#leaves ? { type: "stopped" } : { type: "finished", reason: "stop", text: "" };
    } catch (error) {
      account.others.push(error);
      const own = error === ownMistake || error === this.#reason;
      account.ending = own ? { type: "stopped" } : { type: "failed", error };
    } finally {
      clearTimeout(late);
    }
  }

  /** Counts how many turns of the event loop it takes from the stop to the end. */
  #countTurns(): void {
    const { account } = this;
    if (account.ending !== undefined || !account.stopped) return;
    account.turns++;
    setImmediate().then(() => this.#countTurns());
  }

  #stop(): void {
    const { account } = this;
    const how = account.plan.stop?.how ?? "abort";
    // Nothing is there yet that could be disposed of, or nothing any more that could be stopped.
    if ((how === "dispose" && this.#running === undefined) || account.ending !== undefined) return;
    account.stopped = true;
    this.#countTurns();
    if (how === "stored") this.#stored = this.#running?.snapshot();
    if (how === "break" || how === "throw") this.#leaves = true;
    else if (how === "dispose") this.#running?.[Symbol.asyncDispose]();
    else this.#controller.abort(this.#reason);
    this.#whenStopped.resolve();
  }
}
