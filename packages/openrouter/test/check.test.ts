import { describe, expect, it } from "vitest";
import { type Handler, open, sendError, sendJson, serve } from "./open-router.ts";

const key = {
  label: "sk-or-v1-au7...890",
  limit: 100,
  limit_remaining: 74.5,
  limit_reset: "monthly",
  usage: 25.5,
  usage_daily: 0.004,
  usage_monthly: 12,
  byok_usage: 0,
  is_free_tier: false,
  expires_at: "2027-12-31T23:59:59Z",
};
const keyed =
  (data: object): Handler =>
  (_request, response) =>
    sendJson(response, { data });
const models: Handler = (_request, response) => sendJson(response, { data: [{ id: "a/b" }, { id: "c/d" }] });
const forbidden: Handler = (_request, response) =>
  sendError(response, 403, { message: "Only management keys can fetch credits" });

async function check(handlers: Record<string, Handler>, keys?: Record<string, string>) {
  await using server = await serve(handlers);
  const { registry, notices } = open({ url: server.url, ...(keys && { keys }) });
  await using _ = registry;
  const result = await registry.gateway("openrouter").check?.({ signal: new AbortController().signal });
  const facts = Object.fromEntries((result?.facts ?? []).map(({ label, value }) => [label, value]));
  return { facts, labels: Object.keys(facts), address: server.url, notices };
}

describe("the check", () => {
  it("tells of the key, its limits, the credit, the models and the latency", async () => {
    const { facts, labels, address } = await check({
      "/key": keyed(key),
      "/credits": keyed({ total_credits: 100.5, total_usage: 25.75 }),
      "/models/user": models,
    });
    expect(facts).toMatchObject({
      Address: address,
      Key: "sk-or-v1-au7...890",
      Expires: "2027-12-31T23:59:59Z",
      Limit: "$100.00, reset monthly",
      "Left of the limit": "$74.50",
      Used: "$25.50, of that $12.00 this month, $0.0040 today",
      "Credit left": "$74.75 of $100.50",
      "Models it may use": "2",
    });
    expect(facts.Latency).toMatch(/^\d+ ms$/);
    expect(labels).toHaveLength(9);
  });

  it("does without what only management keys may ask for, and what there is not", async () => {
    const { labels, facts } = await check({
      "/key": keyed({
        ...key,
        limit: null,
        limit_remaining: null,
        limit_reset: null,
        expires_at: null,
        is_free_tier: true,
        byok_usage: 3,
      }),
      "/credits": forbidden,
      "/models/user": models,
    });
    expect(facts).toMatchObject({
      Key: "sk-or-v1-au7...890, free tier",
      Limit: "none",
      "Used with own provider keys": "$3.00",
    });
    expect(labels).not.toContain("Credit left");
    expect(labels).not.toContain("Left of the limit");
  });

  it("says what is wrong with the list of models, and leaves its number out", async () => {
    const { labels, notices } = await check({ "/key": keyed(key), "/credits": forbidden });
    expect(labels).not.toContain("Models it may use");
    expect(notices.map(({ code }) => code)).toEqual(["model-list-failed"]);
  });

  it("fails with a key that is refused, and without one", async () => {
    const refusing: Handler = (_request, response) => sendError(response, 401, { message: "User not found." });
    await expect(check({ "/key": refusing })).rejects.toMatchObject({
      code: "authentication",
      message: expect.stringContaining("https://openrouter.ai/keys"),
    });
    await expect(check({ "/key": keyed(key) }, {})).rejects.toMatchObject({ code: "credentials" });
  });
});
