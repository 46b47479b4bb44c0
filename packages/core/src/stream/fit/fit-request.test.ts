import { describe, expect, it } from "vitest";
import { type Constraints, noConstraints } from "../../contract/constraints.ts";
import { mergeConstraints } from "../../contract/merge-constraints.ts";
import type { ImagePart, Message, OpaqueState, ToolCallPart, ToolResultPart } from "../../contract/message.ts";
import { fitRequest } from "./fit-request.ts";
import type { Recipient } from "./recipient.ts";
import { cancelledResult } from "./words.ts";

const recipient: Recipient = { gateway: "alpha", model: "small", images: true, files: true, tools: true };
const blind: Recipient = { ...recipient, images: false, files: false };

/** Nothing but what every history needs, so that a test shows one thing. */
const loose: Constraints = {
  ...noConstraints,
  blankText: "rejected",
  reasoningAlone: "rejected",
  unpairedResults: "rejected",
};

/** Fits a frozen history. */
function fitted(messages: readonly Message[], to = recipient, constraints = loose) {
  const request = { messages: deepFreeze(messages), tools: [] };
  const { request: sent, notices } = fitRequest(request, to, mergeConstraints(constraints));
  return { messages: sent.messages, notices };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

const notice = (code: string, message: string) => ({ type: "notice", code, message });
const user = (words: string): Message => ({ role: "user", content: [{ type: "text", text: words }] });
const call = (id: string, state?: OpaqueState): ToolCallPart => ({
  type: "tool-call",
  id,
  name: "add",
  arguments: "{}",
  status: "ok",
  ...(state === undefined ? {} : { state }),
});
const assistant = (...content: Extract<Message, { role: "assistant" }>["content"]): Message => ({
  role: "assistant",
  content,
});
const result = (id: string, ...content: ToolResultPart["content"]): ToolResultPart => ({
  type: "tool-result",
  id,
  name: "add",
  content: content.length > 0 ? content : [{ type: "text", text: `result ${id}` }],
  isError: false,
});
const results = (...content: readonly ToolResultPart[]): Message => ({ role: "tool", content });
const image: ImagePart = { type: "image", mediaType: "image/png", source: { type: "base64", data: "aGk=" } };

describe("fitRequest", () => {
  it("leaves alone what fits", () => {
    const messages: Message[] = [
      { role: "system", content: [{ type: "text", text: "Be brief." }] },
      user("1 + 1?"),
      assistant({ type: "text", text: "Wait." }, call("1"), call("2")),
      results(result("1"), result("2", image)),
      assistant({ type: "text", text: "2" }),
    ];
    expect(fitted(messages)).toEqual({ messages, notices: [] });
  });

  it("takes an empty conversation", () => {
    expect(fitted([])).toEqual({ messages: [], notices: [] });
  });

  describe("opaque state", () => {
    const own: OpaqueState = {
      origin: { gateway: "alpha", model: "small", upstream: "beta" },
      data: { signature: "ab+/=\u0000\ud83d\udc4d", parts: [1, null, "__proto__"] },
    };
    const foreign = (origin: Partial<OpaqueState["origin"]>): OpaqueState => ({
      origin: { ...own.origin, ...origin },
      data: "sealed",
    });

    it("is kept, the same value, where it comes from the recipient", () => {
      const messages = [assistant({ type: "reasoning", text: "Hm", state: own }, call("1", own)), results(result("1"))];
      const outcome = fitted(messages);
      expect(outcome).toEqual({ messages, notices: [] });
      const [first] = outcome.messages;
      const [reasoning, toolCall] = first?.role === "assistant" ? first.content : [];
      expect(reasoning).toHaveProperty("state", own);
      expect(reasoning?.type === "reasoning" && reasoning.state).toBe(own);
      expect(toolCall?.type === "tool-call" && toolCall.state).toBe(own);
    });

    it.each([{ gateway: "gamma" }, { model: "large" }])("of %j is dropped, its text and calls kept", (origin) => {
      const state = foreign(origin);
      expect(
        fitted([assistant({ type: "reasoning", text: "Hm", state }, call("1", state)), results(result("1"))]),
      ).toEqual({
        messages: [assistant({ type: "reasoning", text: "Hm" }, call("1")), results(result("1"))],
        notices: [
          notice(
            "foreign-state-dropped",
            "2 piece(s) of reasoning state of another gateway or model were not sent to alpha:small, which could not read them.",
          ),
        ],
      });
    });

    it("takes a part with it that is nothing else, and a message that is nothing else", () => {
      const state = foreign({ model: "large" });
      const sealed = { type: "reasoning", text: "", state } as const;
      expect(fitted([user("a"), assistant(sealed, { type: "text", text: "b" }), assistant(sealed), user("c")])).toEqual(
        {
          messages: [user("a"), assistant({ type: "text", text: "b" }), user("c")],
          notices: [
            notice(
              "foreign-state-dropped",
              "2 piece(s) of reasoning state of another gateway or model were not sent to alpha:small, which could not read them.",
            ),
          ],
        },
      );
    });
  });

  describe("images and files", () => {
    const file = {
      type: "file",
      mediaType: "application/pdf",
      source: { type: "url", url: "https://a.test/b" },
    } as const;
    const line = (mediaType: string) => ({
      type: "text",
      text: `[A part of type ${mediaType} was here, which you cannot read.]`,
    });

    it("become a line of text, also in results", () => {
      const messages: Message[] = [
        { role: "user", content: [{ type: "text", text: "Look" }, image, file] },
        assistant(call("1")),
        results(result("1", { type: "json", value: 1 }, image)),
      ];
      expect(fitted(messages, blind)).toEqual({
        messages: [
          { role: "user", content: [{ type: "text", text: "Look" }, line("image/png"), line("application/pdf")] },
          assistant(call("1")),
          { role: "tool", content: [{ ...result("1"), content: [{ type: "json", value: 1 }, line("image/png")] }] },
        ],
        notices: [
          notice(
            "media-dropped",
            "3 earlier image(s) or file(s) were replaced by a line of text: alpha:small does not accept them.",
          ),
        ],
      });
    });

    it("are judged each by its own capability", () => {
      const messages: Message[] = [{ role: "user", content: [image, file] }];
      expect(fitted(messages, { ...recipient, images: false }).messages).toEqual([
        { role: "user", content: [line("image/png"), file] },
      ]);
      expect(fitted(messages, { ...recipient, files: false }).messages).toEqual([
        { role: "user", content: [image, line("application/pdf")] },
      ]);
    });
  });

  describe("results", () => {
    const missing = (count: number) =>
      notice("tool-result-missing", `${count} tool call(s) without a result were answered as cancelled.`);
    const orphaned = (count: number) =>
      notice("tool-result-orphaned", `${count} tool result(s) without a call of their own were left out.`);

    it("are put in the order of the calls", () => {
      expect(fitted([assistant(call("1"), call("2")), results(result("2"), result("1"))])).toEqual({
        messages: [assistant(call("1"), call("2")), results(result("1"), result("2"))],
        notices: [],
      });
    });

    it("that are missing are answered as cancelled, wherever the conversation goes on", () => {
      const cancelled = cancelledResult(call("1"), false);
      expect(cancelled).toEqual({
        type: "tool-result",
        id: "1",
        name: "add",
        content: [{ type: "text", text: "Cancelled: this tool call was not carried out." }],
        isError: true,
      });
      expect(fitted([assistant(call("1")), user("a")])).toEqual({
        messages: [assistant(call("1")), results(cancelled), user("a")],
        notices: [missing(1)],
      });
      expect(fitted([assistant(call("1"))])).toEqual({
        messages: [assistant(call("1")), results(cancelled)],
        notices: [missing(1)],
      });
      expect(fitted([assistant(call("1"), call("2")), results(result("2")), assistant(call("3"))])).toEqual({
        messages: [
          assistant(call("1"), call("2")),
          results(cancelled, result("2")),
          assistant(call("3")),
          results(cancelledResult(call("3"), false)),
        ],
        notices: [missing(2)],
      });
    });

    it("that no call asked for are left out", () => {
      expect(
        fitted([results(result("0")), assistant(call("1")), results(result("1"), result("2")), user("a")]),
      ).toEqual({
        messages: [assistant(call("1")), results(result("1")), user("a")],
        notices: [orphaned(2)],
      });
    });

    it("that come a second time are left out", () => {
      const second = result("1", { type: "text", text: "second" });
      expect(fitted([assistant(call("1")), results(result("1"), second)])).toEqual({
        messages: [assistant(call("1")), results(result("1"))],
        notices: [orphaned(1)],
      });
    });

    it("are brought together where each stands in a message of its own", () => {
      const calls = assistant(call("1"), call("2"), call("3"));
      expect(fitted([calls, results(result("3")), results(result("1")), results(result("2")), user("a")])).toEqual({
        messages: [calls, results(result("1"), result("2"), result("3")), user("a")],
        notices: [],
      });
    });

    it("come first where somebody has spoken before them", () => {
      const calls = assistant(call("1"), call("2"));
      expect(fitted([calls, user("a"), results(result("1")), user("b"), results(result("2")), user("c")])).toEqual({
        messages: [calls, results(result("1"), result("2")), user("a"), user("b"), user("c")],
        notices: [],
      });
    });

    it("belong to the message before them, where ids come back in later answers", () => {
      const messages = [assistant(call("1")), results(result("1")), assistant(call("1")), results(result("1"))];
      expect(fitted(messages)).toEqual({ messages, notices: [] });
    });
  });

  it("leaves out what says nothing", () => {
    const empty: Message[] = [
      { role: "system", content: [] },
      { role: "user", content: [] },
      assistant({ type: "text", text: "" }),
      results(),
    ];
    expect(fitted([...empty, user("a")])).toEqual({ messages: [user("a")], notices: [] });
  });
});
