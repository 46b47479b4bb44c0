import { type Message, type RunEvent, type RunOptions, run, type Usage } from "@waygate/core";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { type FaultName, faults } from "./faults.ts";
import { eventually, Leftovers } from "./leftovers.ts";
import type { Moment } from "./moments.ts";
import { answerOf, lastStep, toolsOf, type Work } from "./scenario.ts";
import { type WireName, wires } from "./wires.ts";

/** What is done about the fault, or in its moment: the run is aborted through its signal, or its loop is left. */
export const ways = ["once", "for good, with a spare", "going on", "aborted", "left"] as const;
export type Way = (typeof ways)[number];

export interface Cell {
  readonly wire: WireName;
  readonly moment: Moment;
  /** The step that has the moment. */
  readonly step: number;
  readonly fault: FaultName;
  readonly way: Way;
}

export const maxAttempts = 3;
/** What the spare's answers count from. */
export const spareSerial = 20;
export const reason = new Error("enough");
const hello: Message = { role: "user", content: [{ type: "text", text: "Hello" }] };

/** What is seen of a cell that was carried out. */
export interface Seen {
  readonly events: readonly RunEvent[];
  readonly messages: readonly Message[];
  readonly usage: Usage;
  readonly error: unknown;
  readonly reached: boolean;
  readonly ran: ReadonlyMap<string, number>;
  /** How many requests each was asked. */
  readonly asked: { readonly first: number; readonly spare: number };
}

/** The step whose exchange the fault strikes. */
export function struckStep({ moment, step }: Cell): number {
  return moment.next ? step + 1 : step;
}

/** Whether a request that meets the fault uses up an answer that was queued. */
export function usesAnswer({ moment }: Cell): boolean {
  return moment.place !== "before-headers";
}

/** Carries a cell out over HTTP, and holds it to leaving nothing behind. */
export async function carryOut(cell: Cell, repeats: number): Promise<Seen> {
  const leftovers = new Leftovers();
  const { signals, ...seen } = await leftovers.of(() => perform(cell, repeats));
  await leftovers.expectNone(signals);
  return seen;
}

async function perform(cell: Cell, repeats: number): Promise<Seen & { readonly signals: readonly AbortSignal[] }> {
  const wire = wires[cell.wire];
  const spareWire = wires[wire.spare];
  const struck = struckStep(cell);
  const simulator = await createSimulator(wire.simulator);
  const spare = cell.way === "for good, with a spare" ? await createSimulator(spareWire.simulator) : undefined;
  const opened = wire.open(simulator);
  const openedSpare = spare === undefined ? undefined : spareWire.open(spare);

  const steps = Array.from({ length: lastStep }, (_, index) => index + 1);
  const queue = steps.flatMap((step) => Array<number>(step === struck ? 1 + repeats : 1).fill(step));
  simulator.script(...queue.map((step, index) => answerOf(wire, step, index + 1)));
  spare?.script(...steps.slice(struck - 1).map((step) => answerOf(spareWire, step, spareSerial + step)));

  const play = new Play(cell, simulator, {
    ...opened.target,
    ...(openedSpare !== undefined && { fallbacks: [openedSpare.target] }),
  });
  const seen = await play.perform();
  // Let go of before anything is closed.
  await eventually(() => [simulator.openRequests, spare?.openRequests ?? 0], [0, 0]);
  const asked = { first: completions(simulator), spare: spare === undefined ? 0 : completions(spare) };
  await Promise.all([opened.registry.close(), openedSpare?.registry.close()]);
  await eventually(() => [simulator.openConnections, spare?.openConnections ?? 0], [0, 0]);
  await Promise.all([simulator.close(), spare?.close()]);
  return { ...seen, asked };
}

function completions({ requests }: Simulator): number {
  return requests.filter(({ method }) => method === "POST").length;
}

/** The consumer of one run, and its tools: they act when the moment is there. */
class Play {
  readonly #cell: Cell;
  readonly #simulator: Simulator;
  readonly #controller = new AbortController();
  readonly #work: Work = { ran: new Map(), signals: new Set() };
  readonly #options: RunOptions;
  /** Whether the run is ended in the moment. */
  readonly #ends: boolean;
  /** Until then the fault is held up, and `write` at work. */
  readonly #acted = Promise.withResolvers<void>();
  /** The calls that wait to be allowed. */
  readonly #asking = new Set<string>();
  #atWork = false;
  #otherDone = false;
  #running: ReturnType<typeof run> | undefined;
  #step = 0;
  #reached = false;

  constructor(cell: Cell, simulator: Simulator, target: Pick<RunOptions, "gateway" | "model" | "fallbacks">) {
    this.#cell = cell;
    this.#simulator = simulator;
    this.#ends = cell.way === "aborted" || cell.way === "left";
    const untilAnswered = 150;
    const { column } = cell.moment;
    const stalls = cell.fault === "a stall" && (!this.#ends || cell.moment.shown === "retry");
    this.#options = {
      ...target,
      messages: [hello],
      tools: toolsOf(this.#work, {
        asks: () => cell.moment.shown === "in approval" && this.#step === cell.step,
        untilDone: (signal) => this.#hold(signal),
      }),
      signal: this.#controller.signal,
      // Long where the moment is the wait itself.
      retry: { maxAttempts, ...(this.#ends ? { baseDelayMs: 600_000 } : { baseDelayMs: 1, maxDelayMs: 2 }) },
      onInterrupted: cell.way === "going on" ? "continue" : "fail",
      deadlines: !stalls
        ? {}
        : column === "before headers"
          ? { headersMs: untilAnswered }
          : column === "after headers"
            ? { firstByteMs: untilAnswered }
            : { idleMs: untilAnswered },
    };
  }

  async perform(): Promise<Omit<Seen, "asked"> & { readonly signals: readonly AbortSignal[] }> {
    const running = run(this.#options);
    this.#running = running;
    const events: RunEvent[] = [];
    try {
      for await (const event of running) {
        events.push(event);
        if (this.#see(event) === "leave") break;
      }
    } catch {
      // The result below is rejected with the same.
    }
    this.#acted.resolve();
    const error = await running.result().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return {
      events,
      error,
      messages: running.messages,
      usage: running.usage,
      reached: this.#reached,
      ran: this.#work.ran,
      signals: [this.#controller.signal, ...this.#work.signals],
    };
  }

  #see(event: RunEvent): "leave" | undefined {
    const { moment, step, way } = this.#cell;
    if (event.type === "step-start") {
      this.#step = event.step;
      // Nothing is sent before the next event is asked for.
      if (event.step === step && !moment.next) this.#queueFault();
    }
    if (this.#step !== step || this.#reached || !this.#shows(event)) return undefined;
    this.#reached = true;
    if (moment.next) this.#queueFault();
    if (way === "left") return "leave";
    if (way !== "aborted") {
      this.#acted.resolve();
      for (const id of this.#asking) this.#running?.approve(id);
    }
    // Between steps it is now or never; elsewhere the consumer waits for the next event by then.
    else if (moment.shown === "step-end") this.#abort();
    else afterSomeTurns(() => this.#abort());
    return undefined;
  }

  #shows(event: RunEvent): boolean {
    const { shown } = this.#cell.moment;
    if (shown !== "in a tool" && shown !== "in approval") return event.type === shown;
    if (event.type === "approval-request") this.#asking.add(event.id);
    if (event.type === "tool-start" && event.name === "write") this.#atWork = true;
    if (event.type === "tool-result" && event.name !== "write") this.#otherDone = true;
    return this.#otherDone && (shown === "in a tool" ? this.#atWork : this.#asking.size > 0);
  }

  #queueFault(): void {
    const { moment, fault, way } = this.#cell;
    const made = faults[fault](moment.place);
    if (made === undefined) throw new Error(`There is no such thing as ${fault} ${moment.name}.`);
    const times = way === "for good, with a spare" ? Number.POSITIVE_INFINITY : 1;
    this.#simulator.fault({ ...made, times, onStrike: () => this.#strike() });
  }

  async #strike(): Promise<void> {
    const { moment, way } = this.#cell;
    if (moment.shown === "strike") {
      this.#reached = true;
      if (way === "aborted") afterSomeTurns(() => this.#abort());
      if (way === "left") afterSomeTurns(() => this.#leave());
    }
    // Before a retry it has to strike; a drip goes on while it is left.
    if (this.#ends && moment.shown !== "retry" && this.#cell.fault !== "a drip") await this.#acted.promise;
  }

  async #hold(signal: AbortSignal): Promise<void> {
    if (this.#cell.moment.shown !== "in a tool" || this.#step !== this.#cell.step) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = () => resolve();
    signal.addEventListener("abort", stop, { once: true });
    if (!this.#ends) this.#acted.promise.then(stop);
    await promise;
    signal.removeEventListener("abort", stop);
  }

  #abort(): void {
    this.#controller.abort(reason);
    this.#acted.resolve();
  }

  #leave(): void {
    this.#running?.[Symbol.asyncDispose]();
    this.#acted.resolve();
  }
}

/** Some turns of the event loop, in which what was sent arrives. */
function afterSomeTurns(act: () => void, turns = 4): void {
  if (turns === 0) act();
  else setImmediate(() => afterSomeTurns(act, turns - 1));
}
