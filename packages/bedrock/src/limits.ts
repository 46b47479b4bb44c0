/** Bounds on what a service may send, and on how long it may take. Generous: they are there for what has gone wrong. */
export const limits = {
  /** Bytes of one frame of an event stream. The protocol itself allows a payload of 24 MB. */
  frame: 25 * 1024 * 1024,
  /** Bytes of the headers of one frame, as the protocol has it. */
  frameHeaders: 128 * 1024,
  /** Bytes of an answer that comes whole. */
  body: 64 * 1024 * 1024,
  /** Bytes of an error's body that are read. */
  errorBody: 1024 * 1024,
  /** Milliseconds that a whole listing of models may take before a first request goes on without it. */
  listingMs: 5_000,
  /** Milliseconds for which a listing is taken as true. */
  listingAgeMs: 60 * 60_000,
  /** Milliseconds until a listing that failed is tried again. */
  listingRetryMs: 10 * 60_000,
  /** Milliseconds that credentials may take: a process that gives them may have to ask a person. */
  credentialsMs: 2 * 60_000,
  /** Milliseconds that a command which renews credentials may take: a person has to act in a browser. */
  refreshMs: 10 * 60_000,
  /** Milliseconds that the output of such a command may take to arrive after its end. */
  refreshOutputMs: 250,
  /** Milliseconds after which what it has printed is told though its line has not ended. */
  refreshPauseMs: 500,
  /** Milliseconds that it has to end when it is asked to. */
  refreshEndMs: 2_000,
} as const;
