/** How long each phase of an exchange may take, in milliseconds. `Infinity` lets a phase take as long as it likes. */
export interface Deadlines {
  /** Until the request is on its way: looking the host up, connecting, TLS. */
  readonly connectMs: number;
  /** From then until the headers of the answer are there. */
  readonly headersMs: number;
  /** From then until the first byte of the answer. */
  readonly firstByteMs: number;
  /** Between two pieces of the answer. Any byte counts, so a service that sends signs of life is waited for. */
  readonly idleMs: number;
}

/** The phases that errors of code `timeout` name. `total` is the run as a whole. Later versions may add phases. */
export const phases = ["connect", "headers", "first-byte", "idle", "total"] as const;

export type Phase = (typeof phases)[number];

/** Long enough for models that think for minutes before their first word, and finite. */
export const defaultDeadlines: Deadlines = {
  connectMs: 10_000,
  headersMs: 300_000,
  firstByteMs: 300_000,
  idleMs: 300_000,
};

/** The longest time that timers can count, in milliseconds: some 24 days. What is longer stands for no limit. */
export const longestTimerMs = 2 ** 31 - 1;
