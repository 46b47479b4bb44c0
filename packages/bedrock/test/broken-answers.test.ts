import { describe, expect, it } from "vitest";
import { answering, plain, toolUse } from "./answering.ts";
import {
  begin,
  codec,
  delta,
  end,
  errorFrame,
  frame,
  json,
  metadata,
  type Reply,
  start,
  stop,
  stream,
  streamHeaders,
  streams,
  usage,
} from "./service.ts";

const { ask, fail } = answering();

describe("an answer that fails", () => {
  const said = [start, delta({ text: "Hi" })];

  it.each([
    ["internalServerException", "server-error", true],
    ["modelStreamErrorException", "server-error", true],
    ["validationException", "invalid-request", false],
    ["throttlingException", "rate-limited", true],
    ["serviceUnavailableException", "overloaded", true],
    ["modelTimeoutException", "timeout", true],
    ["somethingElseException", "server-error", true],
  ] as const)("by %s is an error of the code %s", async (type, code, retryable) => {
    const { events, error } = await fail(streams(...said, frame(type, { message: "It went wrong." }, "exception")));
    expect(plain([...events])).toEqual([{ type: "text-delta", text: "Hi" }]);
    expect(error).toMatchObject({ code, retryable, gateway: "amazon-bedrock", detail: "It went wrong.", status: 200 });
    const name = type.charAt(0).toUpperCase() + type.slice(1);
    expect(error.message).toMatch(`Gateway "amazon-bedrock": AWS answered ${name}: It went wrong.`);
  });

  const odd = (headers: Readonly<Record<string, string>>, body: string) =>
    codec.encode({
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [`:${name}`, { type: "string", value } as const]),
      ),
      body: Buffer.from(body),
    });
  const exception = { "message-type": "exception", "exception-type": "throttlingException" };
  const error = { "message-type": "error", "error-code": "throttlingException" };

  it.each([
    ["an exception with text", odd(exception, "Too many requests")],
    ["an exception with a JSON string", odd(exception, '"Too many requests"')],
    ["an exception with a Message", odd(exception, '{"Message":"Too many requests"}')],
    [
      "an error with its words in its headers and a text",
      odd({ ...error, "error-message": "Too many requests" }, "no"),
    ],
    ["an error with text", odd(error, "Too many requests")],
    ["an error with a message", odd(error, '{"message":"Too many requests"}')],
  ])("by %s keeps its type and its words", async (_case, bytes) => {
    const failure = await fail(streams(...said, bytes));
    expect(failure.error).toMatchObject({ code: "rate-limited", retryable: true, detail: "Too many requests" });
  });

  it.each([
    ["JSON that is no object", "[1]", "[1]"],
    ["no words", "", ""],
  ])("by an exception with %s keeps its type", async (_case, body, detail) => {
    const failure = await fail(streams(...said, odd(exception, body)));
    expect(failure.error).toMatchObject({ code: "rate-limited", retryable: true, detail });
  });

  it("by what the model itself said has its words", async () => {
    const fields = { message: "The model failed", originalMessage: "upstream timed out", originalStatusCode: 504 };
    const { error } = await fail(streams(...said, frame("modelStreamErrorException", fields, "exception")));
    expect(error.detail).toBe("The model failed (upstream timed out)");
  });

  it("by a frame of the kind error is one", async () => {
    const { error } = await fail(streams(...said, errorFrame("InternalFailure", "Broken.")));
    expect(error).toMatchObject({ code: "server-error", detail: "Broken." });
  });

  it("before it began says nothing", async () => {
    const { events, error } = await fail(streams(frame("throttlingException", { message: "Slow down" }, "exception")));
    expect(events).toEqual([]);
    expect(error).toMatchObject({ code: "rate-limited", retryable: true });
  });

  it.each([
    ["between two frames", [...said]],
    ["after its last block", [...said, stop()]],
  ] as const)("by breaking off %s is cut", async (_where, events) => {
    const { error } = await fail(streams(...events));
    expect(error).toMatchObject({ code: "connection", retryable: true });
    expect(error.message).toBe('Gateway "amazon-bedrock" broke off in the middle of its answer. Try again.');
  });

  it("by breaking off between any two of its frames is cut, until it has said why it ends", async () => {
    const whole = [
      start,
      delta({ reasoningContent: { text: "Hm" } }),
      delta({ reasoningContent: { signature: "sig" } }),
      stop(),
      delta({ text: "I look." }, 1),
      stop(1),
      begin(toolUse("c1"), 2),
      delta({ toolUse: { input: '{"at":"sky"}' } }, 2),
      stop(2),
      end("tool_use"),
      metadata,
    ];
    for (let count = 1; count < whole.length - 1; count++) {
      const { events, error } = await fail(streams(...whole.slice(0, count)));
      expect(error, `after ${count} frames`).toMatchObject({ code: "connection", retryable: true });
      expect(events.some(({ type }) => type === "finish")).toBe(false);
      // Nothing that the call said counts before the call has ended.
      expect(events.some(({ type }) => type === "tool-call-end")).toBe(count >= 9);
    }
    for (const enough of [whole.slice(0, -1), whole]) {
      expect((await ask(streams(...enough))).at(-1)).toEqual({ type: "finish", reason: "tool-calls", raw: "tool_use" });
    }
  });

  it("by breaking off within a frame is cut", async () => {
    const bytes = stream(...said, stop());
    const { events, error } = await fail(
      (response) => void response.writeHead(200, streamHeaders).end(bytes.subarray(0, -5)),
    );
    expect(plain([...events])).toEqual([{ type: "text-delta", text: "Hi" }]);
    expect(error).toMatchObject({ code: "connection" });
  });

  it("by a lost connection is cut", async () => {
    const { error } = await fail((response) => {
      response.writeHead(200, streamHeaders).write(stream(...said), () => response.destroy());
    });
    expect(error).toMatchObject({ code: "connection", retryable: true });
    expect(error.message).toMatch(/^Gateway "amazon-bedrock": .* closed the connection before its answer was complete/);
  });

  it("without its metadata is whole all the same: it said why it ended", async () => {
    const events = await ask(streams(...said, stop(), end("end_turn")));
    expect(plain(events).at(-1)).toEqual({ type: "finish", reason: "stop", raw: "end_turn" });
  });

  const ended = [...said, stop(), end("end_turn")];
  const finish = { type: "finish", reason: "stop", raw: "end_turn" };

  it("by losing its connection where only its metadata is missing is whole all the same", async () => {
    const events = await ask((response) => {
      response.writeHead(200, streamHeaders).write(stream(...ended), () => response.destroy());
    });
    expect(plain(events)).toEqual([{ type: "text-delta", text: "Hi" }, finish]);
    const within = await ask((response) => {
      response.writeHead(200, streamHeaders).end(stream(...ended, metadata).subarray(0, -5));
    });
    expect(plain(within)).toEqual([{ type: "text-delta", text: "Hi" }, finish]);
  });

  it("by an exception in place of its metadata is an error", async () => {
    const { error } = await fail(
      streams(...ended, frame("internalServerException", { message: "Late." }, "exception")),
    );
    expect(error).toMatchObject({ code: "server-error", detail: "Late." });
  });

  it.each([
    ["an exception", frame("internalServerException", { message: "Late." }, "exception")],
    ["another count of tokens", stream(["metadata", { usage: { ...usage, outputTokens: 99 } }])],
    ["more text", stream(delta({ text: "more" }, 1))],
    ["what is no frame", Buffer.from("what is no frame, and is long enough")],
    ["half a frame", stream(metadata).subarray(0, -5)],
  ] as const)("by %s after its end has ended before, however the network cuts it", async (_case, bytes) => {
    const whole = stream(...ended, metadata);
    const inOne = await ask((response) => {
      response.writeHead(200, streamHeaders).end(Buffer.concat([whole, bytes]));
    });
    // The rest comes when the answer has been read.
    let goOn: () => void = () => undefined;
    const read = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const inTwo = await ask(async (response) => {
      response.writeHead(200, streamHeaders).write(whole);
      void read.then(() => response.end(bytes));
    });
    goOn();
    expect(inOne).toEqual(inTwo);
    expect(inOne).toEqual(await ask(streams(...ended, metadata)));
  });

  it("by saying more than anybody keeps is left, with its connection", async () => {
    let left = () => {};
    const closed = new Promise<void>((resolve) => {
      left = resolve;
    });
    const { error } = await fail((response) => {
      const piece = Buffer.alloc(1024 * 1024, "a");
      const more = () => {
        while (!response.destroyed && response.write(piece));
      };
      response.on("close", left).on("drain", more).writeHead(200, streamHeaders).write('{"x":"');
      more();
    });
    expect(error.message).toContain("neither frames nor JSON");
    await closed;
  });

  it("by ending within a call or its reasoning is not whole", async () => {
    const withinCall = await fail(streams(start, begin(toolUse("c1")), end("tool_use"), metadata));
    expect(withinCall.error).toMatchObject({ code: "protocol", retryable: true });
    expect(withinCall.error.message).toBe(
      'Gateway "amazon-bedrock" ended its answer within the call of "look". Try again.',
    );
    const withinThought = await fail(
      streams(start, delta({ reasoningContent: { text: "Hm" } }), end("end_turn"), metadata),
    );
    expect(withinThought.error.message).toBe(
      'Gateway "amazon-bedrock" ended its answer within its reasoning. Try again.',
    );
  });

  it("by a refusal within a call or its reasoning is a refusal", async () => {
    const withinCall = await ask(streams(start, begin(toolUse("c1")), end("refusal"), metadata));
    expect(plain(withinCall)).toEqual([
      { type: "tool-call-start", id: "c1", name: "look" },
      { type: "tool-call-end", id: "c1", arguments: "", complete: false },
      { type: "finish", reason: "refusal", raw: "refusal" },
    ]);
    const withinThought = await ask(
      streams(start, delta({ reasoningContent: { text: "Hm" } }), end("refusal"), metadata),
    );
    expect(withinThought.at(-1)).toEqual({ type: "finish", reason: "refusal", raw: "refusal" });
  });

  it("by damage on its way is found by its checksums", async () => {
    const bytes = stream(...said, stop(), end("end_turn"), metadata);
    const first = stream(start).length;
    bytes[first + 40] = (bytes[first + 40] ?? 0) ^ 4;
    const { error } = await fail((response) => void response.writeHead(200, streamHeaders).end(bytes));
    expect(error).toMatchObject({ code: "protocol", retryable: true });
    expect(error.message).toMatch(/was damaged on its way: the checksum of a frame does not match. Try again\.$/);
  });

  it("by what is no JSON is no answer", async () => {
    const { error } = await fail(streams(start, frame("contentBlockDelta", "{not json")));
    expect(error.message).toBe(
      'Gateway "amazon-bedrock" sent a piece of its answer that is no JSON object: {not json.',
    );
    const odd = codec.encode({
      headers: { ":message-type": { type: "string", value: "gossip" } },
      body: new Uint8Array(),
    });
    expect((await fail(streams(start, odd))).error.message).toBe(
      'Gateway "amazon-bedrock" sent a frame of the kind "gossip", which there is not.',
    );
  });

  it("by what a proxy sends in its place says what that was", async () => {
    const page: Reply = (response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<html><title>Log in</title></html>");
    };
    expect((await fail(page)).error.message).toMatch(/sent a page of HTML: .*Check the endpoint in its settings\.$/);
    expect((await fail((response) => void response.writeHead(200).end())).error.message).toBe(
      'Gateway "amazon-bedrock" sent an empty answer. Check the endpoint in its settings.',
    );
    expect((await fail(json({ hello: 1 }))).error.message).toBe(
      'Gateway "amazon-bedrock" sent JSON that is no answer of a model. Check the endpoint in its settings.',
    );
    for (const field of ["message", "Message"]) {
      const refusal = json({ [field]: "Too many tokens", __type: "a#ThrottlingException" });
      expect((await fail(refusal)).error).toMatchObject({ code: "rate-limited", detail: "Too many tokens" });
    }
  });
});
