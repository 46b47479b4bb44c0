import { type GuardedGateway, type ModelRequest, type Privacy, type PrivacyDemand, run } from "@waygate/core";
import { GatewayError } from "@waygate/core/plugin";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tightenPrivacy } from "../src/contract/privacy.ts";
import { collect, failureOf, finish, opened, requestOf, text } from "./fake-gateway.ts";
import { anyObject } from "./schema.ts";

const hello = { role: "user", content: "Hello" } as const;
const all: readonly PrivacyDemand[] = ["zeroDataRetention", "denyDataCollection", "onlyUpstreams"];

interface Site {
  readonly gateway: GuardedGateway;
  readonly asked: ModelRequest[];
}

/** A gateway that sees to some demands, and demands what its options say. */
function site(id: string, privacyDemands?: readonly PrivacyDemand[], fails = false): Site {
  const asked: ModelRequest[] = [];
  const gateway = opened(
    {
      models: async () => [],
      async *stream(request) {
        asked.push(request);
        if (fails) throw new GatewayError(`${id} is busy.`, { gateway: id, code: "payment-required" });
        yield [text(id), finish()];
      },
      privacyDemands,
      privacy: ({ gatewayOptions }) => (gatewayOptions ?? {}) as Privacy,
    },
    { id, gatewayOptions: anyObject },
  );
  return { gateway, asked };
}

describe("what a request demands of whoever sees it", () => {
  it("is refused by a gateway that cannot promise it, before anything is sent", async () => {
    const { gateway, asked } = site("plain");
    const demand = async (privacy: Privacy) => failureOf(collect(gateway.stream(requestOf({ privacy }))));
    expect(await demand({ zeroDataRetention: true, onlyUpstreams: ["a", "b"] })).toMatchObject({
      code: "unsupported",
      message:
        'Gateway "plain" cannot promise that nothing is retained, nor that only a, b is asked, as the request\'s ' +
        '"privacy" demands. Ask another gateway, or demand less.',
    });
    expect(await demand({ denyDataCollection: true })).toMatchObject({ code: "unsupported" });
    expect(asked).toEqual([]);
    const nothing = { zeroDataRetention: false, onlyUpstreams: undefined };
    await collect(gateway.stream(requestOf({ privacy: nothing })));
    expect(asked).toHaveLength(1);
  });

  it("goes to a gateway that sees to it", async () => {
    const { gateway, asked } = site("careful", all);
    const privacy = { zeroDataRetention: true, denyDataCollection: true, onlyUpstreams: ["a"] };
    await run({ gateway, model: "small", messages: [hello], privacy }).result();
    expect(asked[0]?.privacy).toEqual(privacy);
  });

  it("may name the gateway itself among the services allowed", async () => {
    const { gateway } = site("plain");
    await collect(gateway.stream(requestOf({ privacy: { onlyUpstreams: ["plain"] } })));
  });

  it("is nothing by default, and is not shown then", async () => {
    const { gateway, asked } = site("careful", all);
    await run({ gateway, model: "small", messages: [hello] }).result();
    expect(asked[0] && "privacy" in asked[0]).toBe(false);
  });
});

describe("fallbacks", () => {
  it("are held to what the models before them were held to", async () => {
    const first = site("first", all, true);
    const second = site("second", all, true);
    const third = site("third", all);
    const options = { zeroDataRetention: true, onlyUpstreams: ["a", "b"] };
    const result = await run({
      gateway: first.gateway,
      model: "small",
      gatewayOptions: options,
      messages: [hello],
      fallbacks: [
        {
          gateway: second.gateway,
          model: "m",
          gatewayOptions: { denyDataCollection: true, onlyUpstreams: ["b", "c"] },
        },
        { gateway: third.gateway, model: "m", gatewayOptions: { zeroDataRetention: false } },
      ],
    }).result();
    expect(result.text).toBe("third");
    expect(first.asked[0]?.privacy).toBeUndefined();
    expect(second.asked[0]?.privacy).toEqual(options);
    expect(third.asked[0]?.privacy).toEqual({
      zeroDataRetention: true,
      denyDataCollection: true,
      onlyUpstreams: ["b"],
    });
  });

  it("are passed over where they cannot promise it", async () => {
    const first = site("first", all, true);
    const plain = site("plain");
    const careful = site("careful", all);
    const running = run({
      gateway: first.gateway,
      model: "small",
      gatewayOptions: { zeroDataRetention: true },
      messages: [hello],
      fallbacks: [plain, careful].map(({ gateway }) => ({ gateway, model: "m" })),
    });
    const events = await collect(running);
    expect(events.filter(({ type }) => type === "failover")).toMatchObject([
      { from: { gateway: "first" }, to: { gateway: "careful" } },
    ]);
    expect(plain.asked).toEqual([]);
  });

  it("do not hide a failure where none of them may be asked: both are said", async () => {
    const first = site("first", all, true);
    const plain = site("plain");
    const running = run({
      gateway: first.gateway,
      model: "small",
      gatewayOptions: { zeroDataRetention: true, onlyUpstreams: ["a"] },
      messages: [hello],
      fallbacks: [{ gateway: plain.gateway, model: "m" }],
    });
    expect(await failureOf(running.result())).toMatchObject({
      code: "payment-required",
      message:
        "first is busy. No fallback was asked: plain:m cannot promise that nothing is retained, nor that only a is asked.",
      cause: { message: "first is busy." },
    });
    expect(plain.asked).toEqual([]);
  });
});

describe("tightening", () => {
  const privacy = fc.record({
    zeroDataRetention: fc.option(fc.boolean(), { nil: undefined }),
    denyDataCollection: fc.option(fc.boolean(), { nil: undefined }),
    onlyUpstreams: fc.option(fc.subarray(["a", "b", "c"]), { nil: undefined }),
  });

  it("never loosens, in whatever order", () => {
    fc.assert(
      fc.property(privacy, privacy, (before, later) => {
        const tight = tightenPrivacy(before, later);
        for (const one of [before, later]) {
          if (one.zeroDataRetention === true) expect(tight.zeroDataRetention).toBe(true);
          if (one.denyDataCollection === true) expect(tight.denyDataCollection).toBe(true);
          if (one.onlyUpstreams !== undefined)
            expect(one.onlyUpstreams).toEqual(expect.arrayContaining([...(tight.onlyUpstreams ?? ["none"])]));
        }
        expect(tightenPrivacy(later, before)).toEqual(tight);
      }),
    );
  });
});
