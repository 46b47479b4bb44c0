import type { Tally } from "../answer.ts";
import { type Case, expectedOf } from "../cases.ts";
import type { Contestant } from "../contestants/list.ts";
import { ClientProcess } from "./child.ts";
import type { Job, Round } from "./job.ts";

/** Rounds by contestant id, warm-up left out. */
export type Rounds = Readonly<Record<string, readonly Round[]>>;

/**
 * One process per contestant, alive for the whole case, of which only one works at a time: A B C D A B C D, so that a
 * machine that slows down for a while slows them all. Garbage is collected when the process sees fit: to force it before
 * each round makes the round that follows slower, and not all contestants alike.
 */
export async function measureRounds(
  what: Case,
  contestants: readonly Contestant[],
  origin: string,
  count: { readonly warmUp: number; readonly rounds: number },
): Promise<Rounds> {
  const clients: { id: string; client: ClientProcess; rounds: Round[] }[] = [];
  try {
    for (const contestant of contestants) {
      const client = await ClientProcess.start(jobOf(what, contestant, origin));
      clients.push({ id: contestant.id, client, rounds: [] });
    }
    const times = what.roundsFactor ?? 1;
    for (let n = -count.warmUp * times; n < count.rounds * times; n += 1) {
      for (const { id, client, rounds } of clients) {
        const round = await client.round();
        demandSameWork(what, id, round.tally);
        if (n >= 0) rounds.push(round);
      }
    }
  } finally {
    for (const { client } of clients) client.stop();
  }
  return Object.fromEntries(clients.map(({ id, rounds }) => [id, rounds]));
}

/** A single round in a fresh process: what a program needs that has not run before. */
export async function measureFresh(what: Case, contestant: Contestant, origin: string): Promise<Round> {
  const client = await ClientProcess.start(jobOf(what, contestant, origin));
  try {
    const round = await client.round();
    demandSameWork(what, contestant.id, round.tally);
    return round;
  } finally {
    client.stop();
  }
}

export function jobOf(what: Case, contestant: Contestant, origin: string): Job {
  return {
    module: contestant.module.href,
    origin,
    apiUrl: `${origin}/${contestant.wire}/${what.id}/v1`,
    requests: what.requests,
    parallel: what.parallel,
    loop: what.steps !== undefined,
    offerTool: (what.answer.calls ?? 0) > 0,
  };
}

function demandSameWork(what: Case, id: string, tally: Tally): void {
  const expected = JSON.stringify(expectedOf(what));
  const found = JSON.stringify(tally);
  if (found !== expected) throw new Error(`${what.id}: ${id} read ${found}, and the server sent ${expected}`);
}
