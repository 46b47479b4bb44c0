/**
 * What is demanded of all services that get to see a conversation. It can be tightened, by settings, by options and by
 * each fallback in turn, and never loosened.
 */
export interface Privacy {
  /** Only services that keep nothing of what they are sent. */
  readonly zeroDataRetention?: boolean | undefined;
  /** Only services that collect nothing of it for purposes of their own, such as training. */
  readonly denyDataCollection?: boolean | undefined;
  /** Only these services, by the names that gateways have for them. A gateway of one of these names counts as one. */
  readonly onlyUpstreams?: readonly string[] | undefined;
}

/** All privacy requirements, by the names of their fields in `Privacy`. */
export const privacyDemands = [
  "zeroDataRetention",
  "denyDataCollection",
  "onlyUpstreams",
] as const satisfies readonly (keyof Privacy)[];

export type PrivacyDemand = (typeof privacyDemands)[number];

/** What both demand. Two lists of services that have nothing in common leave an empty one: nobody may be asked. */
export function tightenPrivacy(before: Privacy, later: Privacy): Privacy {
  const [first, second] = [before.onlyUpstreams, later.onlyUpstreams];
  const only =
    first === undefined || second === undefined ? (first ?? second) : first.filter((name) => second.includes(name));
  return {
    ...((before.zeroDataRetention || later.zeroDataRetention) && { zeroDataRetention: true }),
    ...((before.denyDataCollection || later.denyDataCollection) && { denyDataCollection: true }),
    ...(only !== undefined && { onlyUpstreams: only }),
  };
}

/** Returns the requirements that are set. */
export function demandsOf(privacy: Privacy): readonly PrivacyDemand[] {
  return privacyDemands.filter((demand) => privacy[demand] !== undefined && privacy[demand] !== false);
}

/** For people: what a service would have to promise. */
export function privacyWords(demands: readonly PrivacyDemand[], { onlyUpstreams = [] }: Privacy): string {
  const words: Readonly<Record<PrivacyDemand, string>> = {
    zeroDataRetention: "that nothing is retained",
    denyDataCollection: "that no data is collected",
    onlyUpstreams: `that only ${onlyUpstreams.join(", ") || "nobody"} is asked`,
  };
  return demands.map((demand) => words[demand]).join(", nor ");
}
