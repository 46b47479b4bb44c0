import { describe, expect, it } from "vitest";
import { checkHeaders, isReservedHeader, refusedHeaderIssue } from "./check-headers.ts";

describe("checkHeaders", () => {
  it("takes names in any case and values that HTTP can carry", () => {
    const custom = { "X-Team": "core", "x-latin": "caf\u00e9", "X-Empty": "", ["__proto__"]: "a", constructor: "b" };
    const { headers, refused } = checkHeaders(custom);
    expect(refused).toEqual([]);
    expect(Object.entries(headers)).toEqual([
      ["x-team", "core"],
      ["x-latin", "caf\u00e9"],
      ["x-empty", ""],
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
  });

  it.each([
    "Connection",
    "Keep-Alive",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Proxy-Connection",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Expect",
    "HTTP2-Settings",
  ])("leaves out %s, which belongs to the connection", (name) => {
    for (const spelling of [name, name.toLowerCase(), name.toUpperCase()]) {
      expect(isReservedHeader(spelling)).toBe(true);
      const { headers, refused } = checkHeaders({ [spelling]: "secret value", "X-Team": "core" });
      expect(headers).toEqual({ "x-team": "core" });
      expect(refused.map(refusedHeaderIssue)).toEqual([
        {
          code: "header-refused",
          path: ["custom_headers", spelling],
          message: `The header "${spelling}" in custom_headers was left out: it belongs to the connection, which the program manages itself.`,
        },
      ]);
    }
  });

  it.each(["Authorization", "Content-Type", "Content-Length", "Accept", "Accept-Encoding", "Content-Encoding", "Host"])(
    "leaves out %s, which the program sets itself",
    (name) => {
      expect(isReservedHeader(name)).toBe(true);
      expect(checkHeaders({ [name]: "x" })).toMatchObject({
        headers: {},
        refused: [{ name, message: expect.stringContaining("it is set by the program itself.") }],
      });
    },
  );

  it("leaves out what the gateway reserves, and what is not a header", () => {
    const custom = { "Api-Key": "x", "bad name": "x", "X-Line": "a\nb", "X-Nul": "a\0", ":path": "/", "": "x" };
    const { headers, refused } = checkHeaders(custom, { reserved: ["api-key"] });
    expect(headers).toEqual({});
    expect(refused.map(({ message }) => message.replace(/^.* was left out: /, ""))).toEqual([
      "it is set by the program itself.",
      "it is not the name of a header.",
      "its value has characters that a header cannot have.",
      "its value has characters that a header cannot have.",
      "it is not the name of a header.",
      "it is not the name of a header.",
    ]);
  });

  it("takes ASCII alone for headers that are signed", () => {
    expect(checkHeaders({ "x-a": "caf\u00e9" }, { ascii: true }).refused).toMatchObject([
      { message: expect.stringContaining("characters that a signed header cannot have") },
    ]);
  });
});
