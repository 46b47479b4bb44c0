/** What is held of every run. */
export const invariants = {
  "no hang": "Every run ends, and its registry closes, long before the watchdog.",
  "no silent success": "A run that ended well delivered exactly what the service sent, and sent to its end.",
  "nothing made up": "What was delivered of an answer that broke off is how the service began it.",
  "no harm without need": "A run that met only unusual, but sound answers ends as if nothing had been.",
  "no tool run twice": "No call is carried out twice, nor are two calls of one step that say the same.",
  "only whole calls": "A tool runs only with the arguments that the model wrote, all of them.",
  "stop means stop":
    "After an abort no event comes and no tool begins, and the run ends within some turns of the event loop.",
  "approved as shown": "A call that has to be approved runs only if that very call was.",
  "valid history": "Histories, kept or sent, are such that every service accepts them.",
  "proper errors": "A run ends with a `GatewayError`, or with what its program stopped it for.",
  "proof of sender": "Every request carries the key or a signature that is right.",
  "no redirect followed": "Nothing is sent to an address that a service named.",
  "nothing left": "No socket, timer or listener stays.",
  "nothing kept": "No memory of a run stays.",
  "no key shown": "No secret shows in events, errors, notices, histories or output.",
  "no stray rejection": "No promise is rejected, and nothing thrown, where it cannot be caught.",
  "no output": "Nothing is printed.",
} as const;

export type Invariant = keyof typeof invariants;

export interface Violation {
  readonly invariant: Invariant;
  readonly detail: string;
}
