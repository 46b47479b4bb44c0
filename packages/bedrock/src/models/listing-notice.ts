import type { GatewayError, NoticeEvent } from "@waygate/core/plugin";
import { shorten } from "@waygate/plugin-kit";
import { serviceFailure } from "../failure/service-error.ts";
import { tableDate } from "./known-models.ts";

type Notice = Omit<NoticeEvent, "type">;

/** Failures that a list has in common with the requests themselves. */
export function isOfCredentials({ code }: GatewayError): boolean {
  return code === "authentication" || code === "credentials";
}

/** What is told where models were to be listed. `failure`: the error, as it would be told. */
export function shownInstead(error: unknown, failure: GatewayError, isPartial: boolean): Notice {
  const instead = isPartial
    ? `What it does list is shown, and the built-in table of ${tableDate} for the rest.`
    : `The built-in table of ${tableDate} is shown in its place.`;
  return notice(`${failure.code === "permission" ? failure.message : reason(error, failure)} ${instead}`);
}

/** What is told where a request had to find its way without AWS's word. */
export function usedInstead(error: unknown, failure: GatewayError, isPartial: boolean): Notice {
  const table = `built-in table of ${tableDate}`;
  if (failure.code === "permission") {
    const name = serviceFailure(error)?.name || failure.status;
    const used = isPartial ? `for the rest the ${table} is used` : `the ${table} is used`;
    return notice(
      `AWS does not list ${isPartial ? "all of " : ""}its models and inference profiles (${name}); ${used}. ` +
        "Allow bedrock:ListFoundationModels, bedrock:ListInferenceProfiles and bedrock:GetInferenceProfile, or set " +
        `"discover_models" to false.`,
    );
  }
  return notice(`${reason(error, failure)} ${isPartial ? "For the rest the" : "The"} ${table} is used.`);
}

function reason(error: unknown, failure: GatewayError): string {
  const refusal = serviceFailure(error);
  if (refusal === undefined)
    return `${failure.message} If there are no lists to be had, set "discover_models" to false.`;
  const name = refusal.name || `status ${refusal.status}`;
  return (
    `AWS does not list its models and inference profiles (${name}): ${shorten(failure.detail ?? "")} ` +
    'If it never does, set "discover_models" to false.'
  );
}

function notice(message: string): Notice {
  return { code: "listing-unavailable", message };
}
