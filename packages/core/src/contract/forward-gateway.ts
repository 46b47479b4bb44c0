import type { Gateway } from "./gateway.ts";

/** Every member of a gateway: a new one is a compile error here, and then forwarded everywhere. */
const members = {
  models: true,
  model: true,
  stream: true,
  constraints: true,
  modelConstraints: true,
  privacyDemands: true,
  privacy: true,
  serviceTools: true,
  extensions: true,
  check: true,
  close: true,
} satisfies Record<keyof Gateway, true>;

/**
 * Returns a gateway that forwards everything to another one, apart from the members that `changes` replaces. Members are
 * looked up at each use, so `inner` may return another gateway, or none, later on. A member that the inner gateway does not
 * have is `undefined`. `hidden` members are not forwarded.
 */
export function forwardGateway<Changes extends object>(
  inner: Gateway | (() => Gateway | undefined),
  changes: Changes,
  hidden: readonly (keyof Gateway)[] = [],
): Omit<Gateway, keyof Changes> & Changes {
  const current = typeof inner === "function" ? inner : () => inner;
  const forwarded = {};
  for (const name of Object.keys(members) as (keyof Gateway)[]) {
    if (hidden.includes(name)) continue;
    const get = () => {
      const gateway = current();
      const member: unknown = gateway?.[name];
      return typeof member === "function" ? member.bind(gateway) : member;
    };
    Object.defineProperty(forwarded, name, { enumerable: true, configurable: true, get });
  }
  return Object.defineProperties(forwarded, Object.getOwnPropertyDescriptors(changes)) as Gateway & Changes;
}
