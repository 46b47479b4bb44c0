import type { Fault, FaultPlace } from "@waygate/simulator";

/** Where in an exchange a fault strikes. */
export type Place = "before-headers" | FaultPlace;

/** Makes a fault for a place; undefined where there is no such thing. */
type Make = (place: Place) => Fault | undefined;

const status =
  (status: number): Make =>
  (place) =>
    place === "before-headers" ? { kind: "status", status } : undefined;

/** Faults that can strike at any place. */
const anywhere =
  (kind: "cut" | "stall", how?: "end"): Make =>
  (place) => {
    const more = how === undefined ? {} : { how };
    return place === "before-headers"
      ? ({ kind, afterChunks: place, ...more } as Fault)
      : ({ kind, ...place, ...more } as Fault);
  };

const silence =
  (milliseconds: number): Make =>
  (place) =>
    place === "before-headers"
      ? { kind: "delay", beforeHeadersMs: milliseconds }
      : { kind: "delay", pauseMs: milliseconds, ...place };

type InBody = { readonly kind: "error"; readonly followedBy?: "silence" } | { readonly kind: "garbage" };

const inBody =
  (fault: InBody): Make =>
  (place) =>
    place === "before-headers" ? undefined : { ...fault, ...place };

/** Everything that the simulator can do to an answer. `nothing` only says when the moment is there. */
export const faults = {
  nothing: silence(0),
  "status 400": status(400),
  "status 401": status(401),
  "status 402": status(402),
  "status 403": status(403),
  "status 429": status(429),
  "status 500": status(500),
  "status 503": status(503),
  "a reset": anywhere("cut"),
  "an early end": anywhere("cut", "end"),
  "a stall": anywhere("stall"),
  "a delay": silence(15),
  "an error": inBody({ kind: "error" }),
  "an error, then silence": inBody({ kind: "error", followedBy: "silence" }),
  garbage: inBody({ kind: "garbage" }),
  "a drip": (place) => (place === "before-headers" ? undefined : { kind: "drip", bytes: 16, everyMs: 0 }),
} as const satisfies Readonly<Record<string, Make>>;

export type FaultName = keyof typeof faults;
