import {
  defaultDeadlines,
  isGatewayError,
  type Limits,
  type ModelEvent,
  type ModelRequest,
} from "@waygate/core/plugin";
import { type Answer, openAnswer } from "./answer/open-answer.ts";
import type { Connection, Connections } from "./aws/connection.ts";
import type { AuthRefresh } from "./credentials/auth-refresh.ts";
import type { FailureContext } from "./failure/failure-context.ts";
import { serviceFailure } from "./failure/service-error.ts";
import { failureContext, hasExpired, told } from "./failure/told.ts";
import { callableFrom, knownModel } from "./models/inference-id.ts";
import type { ModelResolver } from "./models/model-resolver.ts";
import type { BedrockOptions } from "./options.ts";
import { type EncodedRequest, encodeRequest } from "./request/encode-request.ts";
import { applyLessons, type Lesson, lessonOf } from "./request/lesson.ts";
import type { BedrockSettings } from "./settings.ts";

export interface ConversationsOptions {
  readonly gateway: string;
  readonly limits: Limits;
  readonly settings: BedrockSettings;
  readonly connections: Connections;
  readonly resolver: ModelResolver;
  /** How credentials that have expired are renewed, where the settings say. */
  readonly refresh: AuthRefresh | undefined;
}

/** An answer that has begun, and what is needed to tell of its failure. */
export interface Begun {
  /** What was changed or left out of the request. */
  readonly notices: readonly ModelEvent[];
  readonly answer: Answer;
  /** The first of the answer. */
  readonly first: readonly ModelEvent[];
  tell(error: unknown): unknown;
}

interface Prepared {
  readonly encoded: EncodedRequest;
  readonly context: FailureContext;
}

/** Asks models. What one was found not to take is remembered, and left out from then on. */
export class Conversations {
  readonly #options: ConversationsOptions;
  readonly #lessons = new Map<string, Set<Lesson>>();

  constructor(options: ConversationsOptions) {
    this.#options = options;
  }

  /**
   * Sends a request, and waits for the first of its answer. What is wrong is only known by then, and until then nothing
   * was said: a request that can be put in another way, or with renewed credentials, is sent again.
   */
  async begin(request: ModelRequest): Promise<Begun> {
    const { gateway, limits, connections, refresh } = this.#options;
    const { signal, deadlines = defaultDeadlines } = request;
    let renewed = false;
    let resent = false;
    for (;;) {
      const connection = await connections.get();
      const region = (await connection.client.region()).value;
      let context = failureContext(gateway, connection, region);
      try {
        const prepared = await this.#prepare(request, connection, region);
        context = prepared.context;
        const { encoded } = prepared;
        const body = await connection.client.send(encoded.operation, encoded.input, { signal, deadlines });
        const { callsWanted, notices } = encoded;
        const requestId = body.headers["x-amzn-requestid"];
        const answer = await openAnswer(body, { ...context, limits, callsWanted, requestId });
        const first = await new Promise<readonly ModelEvent[] | undefined>((accept, refuse) =>
          answer.next({ accept, refuse }),
        );
        return { notices, answer, first: first ?? [], tell: (error) => told(error, connection, context) };
      } catch (error) {
        connections.left(connection, signal);
        signal.throwIfAborted();
        if (this.#learn(context.modelId, error)) continue;
        if (refresh === undefined || renewed || !hasExpired(error)) {
          const failure = told(error, connection, context);
          connections.refused(failure, connection);
          throw failure;
        }
        // A request that was under way is refused after others have had the credentials renewed.
        if (!resent && !connections.isCurrent(connection)) {
          resent = true;
          continue;
        }
        renewed = true;
        await refresh.run(signal, context.secrets);
        connections.forget(connection);
      }
    }
  }

  async #prepare(request: ModelRequest, connection: Connection, region: string): Promise<Prepared> {
    const { gateway, settings, resolver } = this.#options;
    const model = await resolver.resolve(request.model, region, connection, request.signal);
    const { modelId, foundation, family } = model;
    const options = (request.gatewayOptions ?? {}) as BedrockOptions;
    const question = {
      gateway,
      request,
      options,
      settings,
      model: model.settings,
      modelId,
      foundation,
      family,
      region,
    };
    const encoded = applyLessons(encodeRequest(question), this.#lessons.get(modelId) ?? new Set());
    const known = knownModel(modelId);
    return {
      encoded,
      context: {
        ...failureContext(gateway, connection, region),
        model: request.model,
        modelId,
        action: encoded.operation === "converse" ? "bedrock:InvokeModel" : "bedrock:InvokeModelWithResponseStream",
        guardrail: encoded.input.guardrailConfig?.guardrailIdentifier,
        regions: known === undefined ? [] : callableFrom(known, settings.allow_global),
      },
    };
  }

  /** Whether a refusal taught something new, so that a second attempt is worth it. */
  #learn(modelId: string, error: unknown): boolean {
    const words = isGatewayError(error) ? error.detail : serviceFailure(error)?.message;
    const lesson = words === undefined ? undefined : lessonOf(words);
    if (lesson === undefined || modelId === "") return false;
    const lessons = this.#lessons.get(modelId) ?? new Set();
    if (lessons.has(lesson)) return false;
    this.#lessons.set(modelId, lessons.add(lesson));
    return true;
  }
}
