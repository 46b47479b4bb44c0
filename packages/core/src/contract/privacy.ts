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

export type PrivacyDemand = keyof Privacy;

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

/** The demands that are made. */
export function demandsOf({ zeroDataRetention, denyDataCollection, onlyUpstreams }: Privacy): readonly PrivacyDemand[] {
  const demands: PrivacyDemand[] = [];
  if (zeroDataRetention === true) demands.push("zeroDataRetention");
  if (denyDataCollection === true) demands.push("denyDataCollection");
  if (onlyUpstreams !== undefined) demands.push("onlyUpstreams");
  return demands;
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
