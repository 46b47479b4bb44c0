import { describe, expect, it } from "vitest";
import { readNoProxy } from "./no-proxy.ts";
import { ProxyFault, ProxyRules, readProxy } from "./proxy-rules.ts";

describe("readNoProxy", () => {
  it.each([
    ["example.com", "example.com", 443, true],
    ["example.com", "api.example.com", 443, true],
    ["example.com", "badexample.com", 443, false],
    [".example.com", "example.com", 443, true],
    [".example.com", "api.example.com", 443, true],
    ["*.example.com", "example.com", 443, false],
    ["*.example.com", "api.example.com", 443, true],
    ["*", "anything", 1, true],
    ["Example.COM.", "example.com", 443, true],
    ["example.com", "EXAMPLE.com.", 443, true],
    ["example.com:8443", "example.com", 8443, true],
    ["example.com:8443", "example.com", 443, false],
    ["10.1.2.3", "10.1.2.3", 80, true],
    ["10.1.2.3", "10.1.2.30", 80, false],
    ["10.0.0.0/8", "10.200.3.4", 80, true],
    ["10.0.0.0/8", "11.0.0.1", 80, false],
    ["10.0.0.0/99", "10.0.0.1", 80, false],
    ["fd00::/8", "fd12::1", 80, true],
    ["[fd12::1]:8080", "fd12::1", 8080, true],
    ["[fd12::1]:8080", "fd12::1", 80, false],
    ["fd12::1", "fd12::1", 80, true],
    ["a.example, b.example c.example", "c.example", 80, true],
    ["", "example.com", 80, false],
  ])("%j for %s:%i is %s", (text, host, port, expected) => {
    expect(readNoProxy(text).matches(host, port)).toBe(expected);
  });
});

describe("ProxyRules", () => {
  const environment = {
    HTTP_PROXY: "http://upper:1",
    http_proxy: "lower:2",
    HTTPS_PROXY: "http://secure:3",
    NO_PROXY: "inside.example",
  };
  const choose = (settings: { gateway?: string; common?: string }, url: string, variables: object = environment) =>
    new ProxyRules({ gateway: settings.gateway, common: settings.common }, { ...variables }).proxyFor(new URL(url))
      ?.host;

  it("follows the environment by scheme, lower case first, and not for this machine", () => {
    expect(choose({}, "http://a.example")).toBe("lower:2");
    expect(choose({}, "https://a.example")).toBe("secure:3");
    expect(choose({}, "https://inside.example")).toBeUndefined();
    for (const local of ["localhost:11434", "x.localhost", "127.0.0.1:80", "[::1]:80"]) {
      expect(choose({}, `http://${local}`)).toBeUndefined();
    }
    expect(choose({}, "https://a.example", { ALL_PROXY: "socks5h://all:4" })).toBe("all:4");
    expect(choose({}, "https://a.example", { HTTP_PROXY: "http://x:1" })).toBeUndefined();
    expect(choose({}, "https://a.example", { HTTPS_PROXY: " " })).toBeUndefined();
  });

  it("puts the settings before the environment, and the gateway's own before those for all", () => {
    expect(choose({ common: "http://common:5" }, "https://a.example")).toBe("common:5");
    expect(choose({ common: "http://common:5" }, "https://inside.example")).toBeUndefined();
    expect(choose({ common: "none" }, "https://a.example")).toBeUndefined();
    expect(choose({ common: "none", gateway: "own:6" }, "https://inside.example")).toBe("own:6");
    expect(choose({ gateway: "own:6" }, "http://127.0.0.1")).toBe("own:6");
    expect(choose({ common: "http://common:5", gateway: "none" }, "https://a.example")).toBeUndefined();
  });

  it("knows whether there is a proxy at all", () => {
    const any = (settings: { gateway?: string; common?: string }, variables = {}) =>
      new ProxyRules({ gateway: settings.gateway, common: settings.common }, variables).any;
    expect([any({}), any({ common: "none" }, environment), any({ gateway: "none", common: "x" })]).toEqual([
      false,
      false,
      false,
    ]);
    expect([any({}, environment), any({ common: "x" }), any({ gateway: "x", common: "none" })]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it("names the variable that is wrong, and not its value", () => {
    const wrong = () => choose({}, "https://a.example", { HTTPS_PROXY: "ftp://user:sk-secret@host" });
    expect(wrong).toThrow(ProxyFault);
    expect(wrong).toThrow(/^The environment variable HTTPS_PROXY begins with ftp:\/\//);
    expect(() => readProxy("http://")).toThrow(/no address of a proxy/);
    expect(readProxy("user:pass@host:1").username).toBe("user");
  });
});
