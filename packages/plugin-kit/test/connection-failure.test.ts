import { createServer } from "node:net";
import { type HttpPhase, HttpTimeout, openHttp } from "@waygate/http";
import { connectionFailure } from "@waygate/plugin-kit";
import { describe, expect, it } from "vitest";

const unreached = { gateway: "acme", host: "https://acme.test", ifRefused: "Start it.", ifUnknown: "Check its name." };
const failing = (code: string, more: object = {}) => Object.assign(new Error("it failed"), { code, ...more });

describe("a connection that fails", () => {
  it.each([
    ["ECONNREFUSED", false, "https://acme.test refused the connection. Start it."],
    ["ENOTFOUND", false, "The host acme.test is unknown. Check its name."],
    ["EAI_AGAIN", true, "The host acme.test could not be looked up. Try again. Check its name."],
    ["ETIMEDOUT", true, "The connection to https://acme.test timed out. Check the network, or try again."],
    ["ECONNRESET", true, "https://acme.test closed the connection before its answer was complete. Try again."],
    ["EPIPE", true, "https://acme.test closed the connection before its answer was complete. Try again."],
    ["CERT_HAS_EXPIRED", false, "The certificate of https://acme.test is not trusted (CERT_HAS_EXPIRED)."],
    ["EHOSTUNREACH", true, "The connection to https://acme.test failed: it failed."],
  ])("by %s says what to do", (code, retryable, words) => {
    const cause = failing(code, { hostname: "acme.test" });
    const error = connectionFailure(unreached, cause);
    expect(error.message).toBe(`Gateway "acme": ${words}`);
    expect(error).toMatchObject({ code: "connection", retryable, cause });
  });

  it.each([
    ["connect", "connectMs"],
    ["headers", "headersMs"],
    ["first-byte", "firstByteMs"],
    ["idle", "idleMs"],
  ] as const)("by a timeout of the phase %s names the deadline", (phase: HttpPhase, deadline) => {
    const error = connectionFailure(unreached, new HttpTimeout(phase, 300_000));
    expect(error).toMatchObject({ code: "timeout", phase, retryable: true });
    expect(error.message).toMatch(`request timed out after 300 s (${phase}): https://acme.test `);
    expect(error.message).toMatch(`increase "deadlines.${deadline}".`);
  });

  it("says what it was for, if that was not the request itself", () => {
    const purpose = "the login gives no credentials";
    expect(connectionFailure({ ...unreached, purpose }, failing("ECONNREFUSED")).message).toBe(
      'Gateway "acme": the login gives no credentials: https://acme.test refused the connection. Start it.',
    );
  });

  it("is what a real connection fails with", async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    const http = openHttp();
    const error = await http
      .send({ method: "GET", url: new URL(`http://127.0.0.1:${port}`), headers: {} })
      .catch((thrown: unknown) => connectionFailure(unreached, thrown));
    await http.close();
    expect(error).toMatchObject({ code: "connection", retryable: false });
  });
});
