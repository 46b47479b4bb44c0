import { setImmediate, setTimeout } from "node:timers/promises";
import { inspect } from "node:util";
import { isGatewayError } from "@waygate/core";
import { checkConversation } from "../checks/check-conversation.ts";
import type { Violation } from "../checks/violation.ts";
import { gatewayNames, type Plan, plainPlan } from "../plan/plan.ts";
import { Random } from "../random.ts";
import { makeSecrets, SecretFinder, type Secrets } from "../secrets.ts";
import { FaultServer, runHeader } from "../server/fault-server.ts";
import { Conversation } from "./conversation.ts";
import { everything } from "./everything.ts";
import type { Exchange } from "./exchange.ts";
import { type OpenedGateway, openGateway } from "./gateways.ts";
import { Leftovers } from "./leftovers.ts";
import { Prints } from "./prints.ts";
import { type Backstage, startService } from "./service.ts";

/** Far longer than a run takes, whatever else the machine does. */
const watchdogMs = 120_000;
/** How long a program waits for lists of models. */
const listMs = 500;
/** How long is waited for what has been let go of to be gone. */
const graceMs = 10_000;

export interface RunOutcome {
  /** How each conversation ended: `finished`, `stopped`, or the code of its error. */
  readonly endings: readonly string[];
  /** The faults that struck. */
  readonly faults: readonly string[];
  readonly requests: number;
  readonly milliseconds: number;
  readonly violations: readonly Violation[];
}

export interface PlayedRun extends RunOutcome {
  /** What nothing may keep in memory any more. */
  readonly made: readonly WeakRef<object>[];
  readonly conversations: readonly Conversation[];
  readonly exchanges: readonly Exchange[];
}

/** Carries a plan out, and holds it to everything that is held of every run. */
export async function playRun(plan: Plan, prints: Prints): Promise<PlayedRun> {
  const start = performance.now();
  const leftovers = new Leftovers({ seed: plan.seed, run: plan.run });
  const stage = new Stage(plan);
  const violations: Violation[] = [];
  const hang = await inTime(leftovers.of(() => stage.play()));
  const milliseconds = performance.now() - start;
  if (hang) violations.push({ invariant: "no hang", detail: stage.state() });
  else if (stage.failure !== undefined) {
    violations.push({ invariant: "proper errors", detail: inspect(stage.failure).slice(0, 500) });
  }
  await stage.clear(leftovers, violations);
  violations.push(...stage.check(prints.of(leftovers)));
  leftovers.release();
  const { conversations, exchanges } = stage;
  return {
    endings: conversations.map(endingOf),
    faults: exchanges.map(({ fault }) => fault),
    requests: exchanges.length,
    milliseconds,
    violations,
    made: stage.made.map((object) => new WeakRef(object)),
    conversations,
    exchanges,
  };
}

/** Has everything loaded that is loaded with the first use, so that a run takes as long as it would among others. */
export async function warmUp(): Promise<void> {
  for (const name of gatewayNames) await playRun(plainPlan(name), new Prints());
}

/** Resolves with true if something takes longer than the watchdog allows. */
async function inTime(work: Promise<void>): Promise<boolean> {
  const over = new AbortController();
  const late = setTimeout(watchdogMs, true, { signal: over.signal }).catch(() => true);
  const hang = await Promise.race([work.then(() => false), late]);
  over.abort();
  return hang;
}

function endingOf({ account: { ending } }: Conversation): string {
  if (ending?.type !== "failed") return ending?.type ?? "none";
  return String((ending.error as { readonly code?: unknown } | undefined)?.code ?? "none");
}

/** The servers, gateways and programs of one run. */
class Stage {
  readonly #plan: Plan;
  readonly #secrets: Secrets;
  readonly exchanges: Exchange[] = [];
  readonly conversations: Conversation[] = [];
  readonly #problems: Violation[] = [];
  readonly #notices: unknown[] = [];
  readonly #listed: unknown[] = [];
  readonly #servers: FaultServer[] = [];
  readonly made: object[] = [];
  #elsewhere: FaultServer | undefined;
  #phase = "setting up";
  /** Whether an answer was still being given when all conversations had ended. */
  goesOn = false;
  /** What was thrown where nothing should be. */
  failure: unknown;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#secrets = makeSecrets(new Random("secrets", plan.seed, plan.run));
  }

  async play(): Promise<void> {
    try {
      const gateways = await this.#open();
      this.#plan.conversations.forEach((_, number) => {
        this.conversations.push(new Conversation(this.#plan, number, gateways));
      });
      this.#phase = "in conversation";
      await Promise.all(this.conversations.map((conversation) => conversation.play()));
      this.#phase = "listing models";
      const [first] = gateways;
      if (first !== undefined) await this.#list(first);
      // Nobody reads any more: what goes on is left behind, though closing the registry would end it.
      await until(() => this.#servers.every(({ answering }) => answering === 0));
      this.goesOn = this.#servers.some(({ answering }) => answering > 0);
      this.#phase = "closing the registry";
      this.made.push(...gateways.map(({ registry }) => registry), ...this.conversations.flatMap(({ made }) => made));
      await Promise.all(gateways.map(({ registry }) => registry.close()));
      this.#phase = "closed";
    } catch (error) {
      this.failure = error;
    }
  }

  async #open() {
    const plan = this.#plan;
    const secrets = this.#secrets;
    this.#elsewhere = await FaultServer.listen(({ headers }) => {
      if (headers.has(runHeader)) this.#problems.push({ invariant: "no redirect followed", detail: "a request came" });
      return { ops: [{ type: "end" }] };
    });
    const backstage: Backstage = {
      plan,
      secrets,
      elsewhere: this.#elsewhere.origin,
      exchanges: this.exchanges,
      problems: this.#problems,
      sent: (conversation, request, part) => this.conversations[conversation]?.sent(request, part),
    };
    const onNotice = (notice: unknown) => this.#notices.push(notice);
    return Promise.all(
      plan.gateways.map(async (name, number) => {
        const server = await startService(name, number, backstage);
        this.#servers.push(server);
        return openGateway(name, server.origin, {
          run: `${plan.seed}.${plan.run}`,
          secrets,
          maxOpenStreams: plan.maxOpenStreams,
          answerBytes: plan.answerBytes,
          onNotice,
        });
      }),
    );
  }

  /** Asks for models and for what `check` finds, and takes what comes: only that nothing bad comes of it is checked. */
  async #list({ gateway }: OpenedGateway): Promise<void> {
    const controller = new AbortController();
    const reason = new Error("The list took too long.");
    const late = globalThis.setTimeout(() => controller.abort(reason), listMs);
    for (const [index] of this.#plan.lists.entries()) {
      const options = { signal: controller.signal, refresh: true };
      const asked = index % 2 === 0 ? gateway.models(options) : gateway.check?.(options);
      this.#listed.push(await Promise.resolve(asked).catch((error: unknown) => error));
    }
    clearTimeout(late);
    const odd = this.#listed.filter((found) => found instanceof Error && found !== reason && !isGatewayError(found));
    for (const error of odd) this.#problems.push({ invariant: "proper errors", detail: `a list: ${inspect(error)}` });
  }

  /** For a run that does not end. */
  state(): string {
    const open = this.#servers.reduce((sum, server) => sum + server.openConnections, 0);
    const endings = this.conversations.map(({ account }) => account.ending?.type ?? "goes on").join(", ");
    return `${this.#phase}; conversations: ${endings}; ${open} connection(s) open`;
  }

  /** Waits until nothing is left of the run, and ends the servers. */
  async clear(leftovers: Leftovers, violations: Violation[]): Promise<void> {
    const connections = () =>
      this.#servers.flatMap(({ openConnections: count }) => Array<string>(count).fill("connection"));
    // The servers are ended below: what waits for an end of theirs is theirs.
    await until(() => connections().length === 0);
    for (const name of new Set(connections())) violations.push({ invariant: "nothing left", detail: name });
    const servers = [...this.#servers, ...(this.#elsewhere === undefined ? [] : [this.#elsewhere])];
    await Promise.all(servers.map((server) => server.close()));
    await until(() => leftovers.found.length === 0);
    for (const name of new Set(leftovers.found)) violations.push({ invariant: "nothing left", detail: name });
  }

  check(printed: readonly string[]): readonly Violation[] {
    const violations: Violation[] = this.conversations.flatMap(({ account }, number) =>
      checkConversation(
        account,
        this.exchanges.filter(({ conversation }) => conversation === number),
      ).map(({ invariant, detail }): Violation => ({ invariant, detail: `conversation ${number}: ${detail}` })),
    );
    violations.push(...this.#problems);
    for (const problem of this.#servers.flatMap((server) => server.problems)) {
      violations.push({ invariant: "proof of sender", detail: `a request cannot be read: ${problem}` });
    }
    if (this.goesOn) violations.push({ invariant: "nothing left", detail: "an answer that nobody reads goes on" });
    if (printed.length > 0) violations.push({ invariant: "no output", detail: printed.join("").slice(0, 300) });
    return [...violations, ...this.#checkSecrets(printed)];
  }

  #checkSecrets(printed: readonly string[]): readonly Violation[] {
    const { key, aws } = this.#secrets;
    const { secretAccessKey, sessionToken } = aws;
    const finder = new SecretFinder({ key, secretAccessKey, sessionToken });
    const accounts = this.conversations.map(({ account }) => account);
    const held = everything({
      printed,
      notices: this.#notices,
      listed: this.#listed,
      events: accounts.map(({ events }) => events),
      history: accounts.map(({ messages, histories }) => [messages, histories]),
      result: accounts.map(({ others, ending }) => [others, ending]),
    });
    const places = held.flatMap(({ path, text }) => {
      const found = finder.find(text);
      return found === undefined ? [] : [`${found} in ${path.slice(1)}`];
    });
    return places.length === 0 ? [] : [{ invariant: "no key shown", detail: [...new Set(places)].join(", ") }];
  }
}

async function until(isThere: () => boolean): Promise<void> {
  const end = performance.now() + graceMs;
  for (let looks = 1; !isThere() && performance.now() < end; looks++) {
    // Mostly it is a matter of some turns of the event loop.
    await (looks < 20 ? setImmediate() : setTimeout(5));
  }
}
