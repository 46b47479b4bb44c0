import type { CheckResult } from "@waygate/core/plugin";
import type { Connection, Connections } from "./aws/connection.ts";
import type { Auth, Sourced } from "./credentials/setup.ts";
import { failureOf } from "./failure/failure-of.ts";
import { serviceFailure } from "./failure/service-error.ts";
import { failureContext, told } from "./failure/told.ts";
import type { ModelList } from "./models/model-list.ts";
import type { BedrockSettings } from "./settings.ts";

export interface CheckQuestion {
  readonly gateway: string;
  readonly settings: BedrockSettings;
  readonly connections: Connections;
  readonly models: ModelList;
  readonly signal: AbortSignal;
}

/**
 * Who the gateway is to AWS, where each part of that was learnt, and whether it works. Rejects with a `GatewayError`
 * where there are no credentials or AWS does not take them.
 */
export async function runCheck(question: CheckQuestion): Promise<CheckResult> {
  const { gateway, settings, connections, models, signal } = question;
  const connection = await connections.get();
  const { auth, endpoint } = connection.setup;
  const region = await connection.client.region();
  const facts = [
    { label: "Method", value: `${methods[auth.method]} (${auth.from})` },
    ...(profileOf(auth) === undefined ? [] : [fact("Profile", profileOf(auth))]),
    fact("Region", region),
    ...(endpoint === undefined ? [] : [fact("Endpoint", endpoint)]),
  ];
  const context = failureContext(gateway, connection, region.value);
  try {
    const account = await connection.client.account(signal);
    if (account !== undefined) facts.push({ label: "Account", value: account });
  } catch (error) {
    connections.left(connection, signal);
    signal.throwIfAborted();
    throw told(error, connection, context);
  }
  const list = await models.get({ signal, refresh: true });
  const unasked = settings.discover_models ? "" : " (those built in and of the settings; AWS was not asked)";
  facts.push({ label: "Models", value: `${list.length}${unasked}` });
  if (settings.allow_global) facts.push({ label: "Global profiles", value: "allowed (settings)" });
  if (settings.guardrail_identifier !== undefined) {
    facts.push({ label: "Guardrail", value: await guardrail(question, connection, region.value) });
  }
  return { facts };
}

const methods: Readonly<Record<Auth["method"], string>> = {
  profile: "named profile",
  static: "access keys",
  api_key: "Bedrock API key",
  default: "AWS default chain",
};

function profileOf(auth: Auth): Sourced | undefined {
  return auth.method === "profile" || auth.method === "default" ? auth.profile : undefined;
}

function fact(label: string, sourced: Sourced | undefined): { readonly label: string; readonly value: string } {
  return { label, value: `${sourced?.value} (${sourced?.from})` };
}

/** That a guardrail cannot be looked at does not mean that it does not work: calling one takes another permission. */
async function guardrail(question: CheckQuestion, connection: Connection, region: string): Promise<string> {
  const { gateway, settings, signal } = question;
  const { guardrail_identifier: guardrailIdentifier, guardrail_version: guardrailVersion } = settings;
  try {
    const client = await connection.client.control();
    const { GetGuardrailCommand } = await import("@aws-sdk/client-bedrock");
    const command = new GetGuardrailCommand({ guardrailIdentifier, guardrailVersion });
    const { name, status, version } = await client.send(command, { abortSignal: signal });
    return `${name ?? guardrailIdentifier}, version ${version ?? guardrailVersion}: ${status ?? "there"}`;
  } catch (error) {
    signal.throwIfAborted();
    const failure = serviceFailure(error);
    if (failure === undefined) throw told(error, connection, failureContext(gateway, connection, region));
    const about = { action: "bedrock:GetGuardrail", guardrail: guardrailIdentifier };
    const refusal = failureOf({ ...failureContext(gateway, connection, region), ...about }, failure);
    if (refusal.code === "authentication") throw refusal;
    return `could not be looked at: ${refusal.message}`;
  }
}
