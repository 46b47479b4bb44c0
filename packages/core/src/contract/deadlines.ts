/**
 * How long each phase of an exchange may take, in milliseconds. `Infinity` lets a phase take as long as it likes. A phase
 * that takes longer fails with code `timeout` and the name of the phase.
 */
export interface Deadlines {
  /**
   * Until a request has its turn among the open streams (`maxOpenStreams`). It is not retried: it has waited already.
   *
   * @defaultValue 300,000 (5 minutes)
   */
  readonly queueMs: number;
  /** Until the request is on its way: looking the host up, connecting, TLS. */
  readonly connectMs: number;
  /** From then until the headers of the answer are there. */
  readonly headersMs: number;
  /** From then until the first byte of the answer. */
  readonly firstByteMs: number;
  /** Between two pieces of the answer. Any byte counts, so a service that sends signs of life is waited for. */
  readonly idleMs: number;
  /**
   * Between two pieces of the answer's content, the first one included. Text, reasoning and tool calls count; comments,
   * pings, empty events, notices and reports of usage do not, and the time that the consumer takes does not either.
   *
   * @defaultValue 900,000 (15 minutes)
   */
  readonly contentMs: number;
}

/** The phases that errors of code `timeout` name. `total` is the run as a whole. Later versions may add phases. */
export const phases = ["queue", "connect", "headers", "first-byte", "idle", "content", "total"] as const;

export type Phase = (typeof phases)[number];

/** Long enough for models that think for minutes before their first word, and finite. */
export const defaultDeadlines: Deadlines = {
  queueMs: 300_000,
  connectMs: 10_000,
  headersMs: 300_000,
  firstByteMs: 300_000,
  idleMs: 300_000,
  contentMs: 900_000,
};

/** The longest time that timers can count, in milliseconds: some 24 days. What is longer stands for no limit. */
export const longestTimerMs = 2 ** 31 - 1;
