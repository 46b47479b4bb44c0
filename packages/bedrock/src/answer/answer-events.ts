import type { ModelEvent, ModelRequest } from "@waygate/core/plugin";
import { batches } from "@waygate/http";
import type { Conversations } from "../conversations.ts";

/** The events of one answer. Nothing is sent before the first is asked for. */
export function answerEvents(
  conversations: Conversations,
  request: ModelRequest,
): AsyncIterable<readonly ModelEvent[]> {
  const { signal } = request;
  return batches(async () => {
    const { answer, notices, first, tell } = await conversations.begin(request);
    return {
      reading: answer,
      ready: notices.length === 0 ? [first] : [notices, first],
      tell: (error) => (signal.aborted ? signal.reason : tell(error)),
    };
  });
}
