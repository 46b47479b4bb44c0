import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { createSimulator } from "@waygate/simulator";
import { expect, it } from "vitest";
import { awsHome } from "./aws-files.ts";
import { onHost } from "./on-host.ts";
import { claude, collect, keys } from "./open.ts";
import { startService } from "./service.ts";

/** A proxy that knows where hosts are that nobody else knows of. */
async function startProxy(hosts: Readonly<Record<string, string>>) {
  const asked = new Set<string>();
  const server = createServer((incoming, response) => {
    const { host, hostname, pathname, search } = new URL(incoming.url ?? "");
    asked.add(host);
    const { method, headers } = incoming;
    const outgoing = request(`${new URL(hosts[hostname] ?? "").origin}${pathname}${search}`, { method, headers });
    outgoing.once("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

it("everything goes through the proxy of the settings: lists, requests, and the service that a role is assumed at", async () => {
  const roleCredentials = { accessKeyId: "AKIDROLE", secretAccessKey: "role-secret", sessionToken: "role-token" };
  const { accessKeyId, secretAccessKey, sessionToken } = roleCredentials;
  await using sts = await startService((response) => {
    response.writeHead(200, { "content-type": "text/xml" });
    response.end(`<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>${accessKeyId}</AccessKeyId>
      <SecretAccessKey>${secretAccessKey}</SecretAccessKey><SessionToken>${sessionToken}</SessionToken>
      <Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`);
  });
  await using aws = await createSimulator({ awsCredentials: roleCredentials, models: [`eu.${claude}`] });
  await using proxy = await startProxy({ "bedrock.internal": aws.url, "sts.internal": sts.origin });
  const config =
    "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = x\n[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\nregion = eu-west-1\n";
  await using _home = await awsHome({ config }, { AWS_ENDPOINT_URL_STS: "http://sts.internal:1234" });
  const bedrock = { authentication_method: "default", profile: "role", endpoint_url: "http://bedrock.internal" };
  await using there = await onHost(JSON.stringify({ proxy: proxy.url, language_models: { bedrock } }), {});
  const events = await collect(await there.host.gateway("amazon-bedrock"), { model: "claude-sonnet-4-5" });
  expect(events.at(-1)).toMatchObject({ type: "finish", reason: "stop" });
  expect(there.notices).toEqual([]);
  expect(proxy.asked).toEqual(new Set(["sts.internal:1234", "bedrock.internal"]));
  expect(aws.requests.map(({ method }) => method)).toEqual(["GET", "GET", "GET", "POST"]);
});

it("a proxy that does not answer is an error that says so", async () => {
  const bedrock = { endpoint_url: "http://bedrock.internal", discover_models: false };
  const settings = { proxy: "http://127.0.0.1:9", language_models: { bedrock } };
  await using there = await onHost(JSON.stringify(settings), keys);
  const gateway = await there.host.gateway("amazon-bedrock");
  await expect(collect(gateway)).rejects.toMatchObject({ code: "connection", gateway: "amazon-bedrock" });
});
