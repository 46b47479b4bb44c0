import type { Answer } from "../../answer.ts";
import type { Conversation } from "../../conversation.ts";
import { RequestFailure } from "../../failure.ts";
import { type FramesAround, middleOf } from "../middle.ts";
import { isOne, lowerCased, sliced } from "../reply-body.ts";
import { sameText } from "../same-text.ts";
import type { Frame, Keys, ReceivedRequest, Reply, Wire } from "../wire.ts";
import { type ConverseAnswer, events, toConverse, wholeBody } from "./answer.ts";
import { failureBody, failureHeaders } from "./failure.ts";
import { damagedFrame, exceptionFrame, FrameWriter } from "./frames.ts";
import { controlPlane } from "./models.ts";
import { endpoint, readCompletion } from "./paths.ts";
import { type ConverseConversation, decodeRequest } from "./request.ts";
import { verifySignature } from "./signature.ts";

/** Amazon Bedrock's Converse and ConverseStream, with what a client asks of the control plane beside them. */
export const converse: Wire = {
  endpoint,
  authorize,
  models: controlPlane,
  decode,
  encode,
  failure: failureBody,
  failureHeaders,
};

/** A request carries the key as a bearer token, or a signature made with the credentials. */
async function authorize(request: ReceivedRequest, { apiKey, awsCredentials }: Keys): Promise<void> {
  if (apiKey === undefined && awsCredentials === undefined) return;
  const { authorization } = request.headers;
  if (authorization?.startsWith("Bearer ") === true) {
    if (apiKey !== undefined && sameText(authorization, `Bearer ${apiKey}`)) return;
    const message = "The API key of the request is not the one that this simulator was given.";
    throw new RequestFailure(403, message, { code: "AccessDeniedException" });
  }
  if (awsCredentials !== undefined) return await verifySignature(request, awsCredentials);
  const message = "The request carries no API key.";
  throw new RequestFailure(403, message, { code: "MissingAuthenticationTokenException" });
}

function decode(body: unknown, path: string): Conversation {
  const { model, stream } = readCompletion(path);
  return decodeRequest(body, model, stream);
}

function encode(answer: Answer, conversation: Conversation, serial: number): Reply {
  const status = answer.status ?? 200;
  const streamed = conversation.stream && status < 400;
  const failure = new RequestFailure(status, `The script answers with status ${status}.`);
  return {
    status,
    headers: {
      "content-type": streamed ? "application/vnd.amazon.eventstream" : "application/json",
      "x-amzn-requestid": `simulator-${serial}`,
      ...(status >= 400 && failureHeaders(failure)),
      ...lowerCased(answer.headers),
    },
    streamed,
    separateWrites: answer.raw !== undefined && !isOne(answer.raw),
    frames: frames(answer, streamed, failure, () => toConverse(answer, conversation as ConverseConversation)),
    errorFrame: (body) => {
      const error = body ?? { message: "The simulator broke off this answer, as it was told to." };
      return streamed ? exceptionFrame(error) : JSON.stringify(error);
    },
    middleOf: (kind) => middleOf(answer, kind, framesAround),
    garbageFrame: streamed ? damagedFrame() : "<html><body>This is not JSON.</body></html>",
  };
}

const framesAround: FramesAround = {
  text: { before: 0, after: 1 },
  // A signature, and the end of the block.
  reasoning: { before: 0, after: 2 },
  "tool-call": { before: 1, after: 1 },
};

function frames(
  answer: Answer,
  streamed: boolean,
  failure: RequestFailure,
  complete: () => ConverseAnswer,
): Iterable<Frame> {
  if (answer.raw !== undefined) return isOne(answer.raw) ? [answer.raw] : answer.raw;
  if (answer.chunks !== undefined) return streamed ? written(answer.chunks) : sliced(answer.chunks[0] ?? {});
  if (failure.status >= 400) return sliced(answer.error ?? failureBody(failure));
  const made = complete();
  if (streamed) return written(events(made), made.error);
  return sliced(made.error ?? wholeBody(made));
}

function* written(values: Iterable<unknown>, error?: unknown): Iterable<Frame> {
  const writer = new FrameWriter();
  for (const value of values) yield writer.write(value);
  if (error !== undefined) yield exceptionFrame(error);
}
