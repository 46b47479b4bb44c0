import { GatewayError, isGatewayError } from "@waygate/core/plugin";
import { HttpTimeout, networkCode } from "@waygate/http";
import { connectionFailure } from "@waygate/plugin-kit";
import type { Connection } from "../aws/connection.ts";
import {
  credentialFailure,
  isCredentialError,
  needsLogin,
  refreshCommand,
  secretsOf,
} from "../credentials/credential-failure.ts";
import { ListingFailure } from "../models/discovered.ts";
import { regionMeant } from "../models/inference-id.ts";
import type { FailureContext } from "./failure-context.ts";
import { failureOf } from "./failure-of.ts";
import { isExpired, serviceFailure } from "./service-error.ts";

/** What is known of a request before its model is: enough to tell of a failure. */
export function failureContext(gateway: string, { setup }: Connection, region: string): FailureContext {
  return {
    gateway,
    model: "",
    modelId: "",
    region,
    action: "",
    refresh: () => refreshCommand(setup.auth),
    guardrail: undefined,
    regions: [],
    secrets: secretsOf(setup.auth),
  };
}

/** Whatever went wrong on the way to AWS or there, as a `GatewayError`. */
export function told(error: unknown, connection: Connection, context: FailureContext): GatewayError {
  if (isGatewayError(error)) return error;
  const { setup } = connection;
  if (error instanceof ListingFailure) {
    const { gateway } = context;
    const words = `Gateway "${gateway}": ${hostOf(connection, context)} ${error.message}`;
    return new GatewayError(words, { gateway, code: error.code, cause: error });
  }
  const failure = serviceFailure(error);
  if (failure !== undefined) return failureOf(context, failure);
  if (isCredentialError(error)) return credentialFailure(context.gateway, setup.auth, error);
  if (error instanceof HttpTimeout || networkCode(error) !== undefined) {
    const meant = setup.endpoint === undefined ? regionMeant(context.region) : "";
    const { gateway } = context;
    const host = hostOf(connection, context);
    const ifUnknown = `Check the region, endpoint_url and the network.${meant}`;
    return connectionFailure({ gateway, host, ifRefused: "Check endpoint_url and the network.", ifUnknown }, error);
  }
  const words = error instanceof Error ? error.message : String(error);
  return new GatewayError(`Gateway "${context.gateway}": the AWS SDK could not send the request: ${words}`, {
    gateway: context.gateway,
    code: "protocol",
    cause: error,
  });
}

/** For people. */
function hostOf({ setup }: Connection, { region }: FailureContext): string {
  return setup.endpoint === undefined ? `Amazon Bedrock in ${region}` : new URL(setup.endpoint.value).host;
}

/** Whether credentials that were good once have to be renewed. */
export function hasExpired(error: unknown): boolean {
  const failure = serviceFailure(error);
  return failure === undefined ? needsLogin(error) : isExpired(failure);
}
