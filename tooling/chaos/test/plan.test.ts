import { describe, expect, it } from "vitest";
import { faultKinds } from "../src/faults/catalog.ts";
import { gatewayNames, type Plan, planOf } from "../src/plan/plan.ts";

const plans = Array.from({ length: 2_000 }, (_, run) => planOf(1, run));
const conversations = plans.flatMap((plan) => plan.conversations);
const count = (values: readonly unknown[]) => new Set(values).size;

/** Without what names it. */
const content = ({ seed: _, run: __, ...rest }: Plan) => JSON.stringify(rest);

describe("the plan of a run", () => {
  it("depends on its seed and its number alone", () => {
    for (const run of [0, 7, 123_456]) expect(content(planOf(5, run))).toBe(content(planOf(5, run)));
    expect(count(plans.slice(0, 200).map(content))).toBe(200);
    expect(content(planOf(1, 3))).not.toBe(content(planOf(2, 3)));
  });

  it("reaches every gateway, every fault, and every way to take part and to stop", () => {
    expect(count(plans.flatMap(({ gateways }) => gateways))).toBe(gatewayNames.length);
    const planned = new Set(conversations.flatMap(({ faults }) => faults.flat().map(({ kind }) => kind)));
    expect(faultKinds.map(({ name }) => name).filter((name) => !planned.has(name))).toEqual([]);
    expect(count(conversations.map(({ way }) => way))).toBe(3);
    expect(count(conversations.map(({ approvals }) => approvals))).toBe(3);
    expect(count(conversations.map(({ pace }) => pace))).toBe(3);
    expect(count(conversations.flatMap(({ stop }) => stop?.how ?? []))).toBe(5);
    expect(count(conversations.flatMap(({ stop }) => stop?.when.at ?? []))).toBe(5);
    expect(count(conversations.map(({ script }) => script.ids))).toBe(4);
    expect(plans.some(({ gateways }) => gateways.length === 2)).toBe(true);
  });

  it("gives every fault a name of its own", () => {
    expect(count(faultKinds.map(({ name }) => name))).toBe(faultKinds.length);
  });
});
