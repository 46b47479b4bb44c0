import { existsSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { isGatewayError } from "@waygate/core";
import { describe, expect, it, vi } from "vitest";
import { awsHome } from "./aws-files.ts";
import { identity } from "./identity.ts";
import { collect, type Opening, open, refused } from "./open.ts";
import { rerouted } from "./rerouted.ts";
import { type Reply, refuses, says, startService, until } from "./service.ts";

const here = identity();

describe("a profile", () => {
  const named = (profile: string): Opening => ({
    env: {},
    settings: { authentication_method: "named_profile", profile },
  });

  it("has a region of its own, unless another is set", async () => {
    const config =
      "[profile other]\nregion = eu-west-2\n\n[profile dev]\naws_access_key_id = AKIDDEV\naws_secret_access_key = x\ns3 =\n  region = xx\nregion = eu-central-1\n";
    await using _home = await awsHome({ config }, { AWS_REGION: "ap-south-1" });
    expect(await here.sent(named("dev"))).toMatchObject({ key: "AKIDDEV", region: "eu-central-1" });
    const { settings } = named("dev");
    expect(await here.sent({ env: {}, settings: { ...settings, region: "us-west-2" } })).toMatchObject({
      region: "us-west-2",
    });
  });

  it("may have its region beside its keys, and its files elsewhere", async () => {
    const credentials = "[dev]\naws_access_key_id = AKIDDEV\naws_secret_access_key = x\nregion = eu-west-3\n";
    await using home = await awsHome({ credentials, config: "[profile dev]\nregion = eu-west-1\n" });
    expect(await here.sent(named("dev"))).toMatchObject({ key: "AKIDDEV", region: "eu-west-3" });
    await writeFile(join(home.folder, "elsewhere"), credentials.replace("eu-west-3", "us-west-1"));
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "~/elsewhere");
    expect(await here.sent(named("dev"))).toMatchObject({ key: "AKIDDEV", region: "us-west-1" });
  });

  it.each([
    ["[profile p]\n  region = eu-west-1\n  aws_access_key_id = AKIDP\n  aws_secret_access_key = x\n"],
    ["[profile p]\n\tregion=eu-west-1 # Ireland\naws_access_key_id = AKIDP\naws_secret_access_key = x\n"],
    ["[profile 'p']\nregion = EU-WEST-1\naws_access_key_id = AKIDP\naws_secret_access_key = x\n"],
  ])("has the region that the SDK reads for it: %j", async (config) => {
    await using _home = await awsHome({ config });
    expect(await here.sent(named("p"))).toMatchObject({ key: "AKIDP", region: "eu-west-1" });
  });

  it("whose region is none is refused, and nothing is sent elsewhere", async () => {
    const keys = "aws_access_key_id = AKIDP\naws_secret_access_key = x\n";
    await using home = await awsHome({ config: `[profile p]\nregion = "eu-west-1"\n${keys}` });
    const words = (file: string, value: string) =>
      `settings: Gateway "amazon-bedrock": The profile "p" in ${join(home.folder, ".aws", file)} has the region ${value}, ` +
      "which is no name of a region. Write it there as it is, without quotes, such as region = eu-west-1.";
    expect(await here.refusal(named("p"))).toBe(words("config", '"\\"eu-west-1\\""'));
    await writeFile(join(home.folder, ".aws", "credentials"), `[p]\nregion = eu west\n${keys}`);
    expect(await here.refusal(named("p"))).toBe(words("credentials", '"eu west"'));
    expect(here.service.received).toEqual([]);
  });

  it("is called default where none is named", async () => {
    await using _home = await awsHome({
      credentials: "[default]\naws_access_key_id=AKIDDEFAULT\naws_secret_access_key=x\n",
    });
    expect((await here.sent({ env: {}, settings: { authentication_method: "named_profile" } })).key).toBe(
      "AKIDDEFAULT",
    );
    expect((await here.sent({ env: {}, settings: { authentication_method: "sso" } })).key).toBe("AKIDDEFAULT");
  });

  it("that is misspelt is an error that says which was probably meant, or which there are", async () => {
    const config = "[profile dev]\nregion = eu-west-1\n[sso-session team]\nsso_region = eu-west-1\n";
    await using _home = await awsHome({ config, credentials: "[production]\naws_access_key_id=A\n[dev]\n" });
    expect(await here.refusal(named("dve"))).toMatch(/AWS configuration files\. Did you mean "dev"\?$/);
    expect(await here.refusal(named("staging"))).toMatch(/AWS configuration files\. They have: dev, production\.$/);
  });

  it("that is not there is an error that says where to look", async () => {
    await using _home = await awsHome({});
    const message = await here.refusal(named("nobody"));
    expect(message).toMatch(/^credentials: Gateway "amazon-bedrock": the profile "nobody" gives no credentials: /);
    expect(message).toMatch(/Check "profile" in the settings and your AWS configuration files\.$/);
  });

  it("that is written after all is found at the next request", async () => {
    await using home = await awsHome({});
    await using opened = open(here.service, named("late"));
    await refused(opened.gateway);
    await writeFile(
      join(home.folder, ".aws", "credentials"),
      "[late]\naws_access_key_id=AKIDLATE\naws_secret_access_key=x\n",
    );
    await collect(opened.gateway);
    expect(here.service.received.at(-1)?.headers.authorization).toContain("AKIDLATE");
  });

  it("may run a process", async () => {
    const answer = { Version: 1, AccessKeyId: "AKIDPROCESS", SecretAccessKey: "x", SessionToken: "t" };
    const command = `node -e "console.log(Buffer.from('${Buffer.from(JSON.stringify(answer)).toString("base64")}','base64').toString())"`;
    await using _home = await awsHome({ config: `[profile process]\ncredential_process = ${command}\n` });
    expect(await here.sent(named("process"))).toMatchObject({ key: "AKIDPROCESS", token: "t" });
  });

  it("whose process fails says what the process said, and no command of AWS's", async () => {
    const command = `node -e "console.error('Your login has ended: run vault-login.');process.exit(1)"`;
    await using _home = await awsHome({ config: `[profile process]\ncredential_process = ${command}\n` });
    const message = await here.refusal(named("process"));
    expect(message).toMatch(/^authentication: .* Your login has ended: run vault-login\./);
    expect(message).not.toContain("aws sso login");
  });

  it("whose process fails says nothing of how it was called, which may hold a password", async () => {
    const process = (command: string) => `[profile process]\ncredential_process = ${command}\n`;
    {
      await using _home = await awsHome({ config: process('node -e "process.exit(3)" -- --password hunter2') });
      await using opened = open(here.service, named("process"));
      const error = await refused(opened.gateway);
      expect(error.message).toBe(
        'Gateway "amazon-bedrock": the profile "process" gives no credentials: credential_process failed: it did not say why. Check "profile" in the settings and your AWS configuration files.',
      );
      expect(inspect(error, { depth: 10 })).not.toContain("hunter2");
    }
    await using _home = await awsHome({
      config: process(`node -e "console.error('Locked.');process.exit(3)" -- --password hunter2`),
    });
    expect(await here.refusal(named("process"))).toMatch(/gives no credentials: credential_process failed: Locked\. /);
  });

  it("whose process is not there has no login to renew, whatever it is called", async () => {
    const config = "[profile process]\ncredential_process = /opt/login-helper/bin/refresh\n";
    await using _home = await awsHome({ config });
    const { settings } = named("process");
    const auth_refresh_command = "echo Renewed.";
    await using opened = open(here.service, { env: {}, settings: { ...settings, auth_refresh_command } });
    expect((await refused(opened.gateway)).code).toBe("credentials");
    expect(opened.notices).toEqual([]);
  });

  it("whose process speaks of a login names the profile of that, and not its own", async () => {
    const words = "Error loading SSO Token: Token for corp does not exist";
    const command = `node -e "console.error('${words}');process.exit(255)"`;
    await using _home = await awsHome({ config: `[profile process]\ncredential_process = ${command}\n` });
    expect(await here.refusal(named("process"))).toMatch(
      /^authentication: .* credential_process failed: Error loading SSO Token: Token for corp does not exist\. Check /,
    );
  });

  it("of a console login names the command of that", async () => {
    const config = "[profile p]\nlogin_session = arn:aws:iam::123456789012:user/me\nregion = us-east-1\n";
    await using _home = await awsHome({ config });
    expect(await here.refusal(named("p"))).toBe(
      'authentication: Gateway "amazon-bedrock": the profile "p" gives no credentials: its login has expired, or was never made. Run: aws login --profile p',
    );
  });

  it("whose role needs a code says what to name in its place", async () => {
    const config =
      "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = x\n[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\nmfa_serial = arn:aws:iam::123456789012:mfa/me\n";
    await using _home = await awsHome({ config });
    expect(await here.refusal(named("role"))).toBe(
      'credentials: Gateway "amazon-bedrock": the profile "role" gives no credentials: the profile "role" needs a code of multi-factor authentication, which is not asked for here. ' +
        "Name a profile that has credentials without it, such as by SSO or by a credential_process.",
    );
  });

  it("whose keys have expired, and come of no login, names no command for one", async () => {
    const keys = "aws_access_key_id=ASIAP\naws_secret_access_key=secret-of-p\naws_session_token=token-of-p\n";
    await using _home = await awsHome({ credentials: `[p]\n${keys}` });
    const expired = refuses(403, "ExpiredTokenException", "The security token included in the request is expired");
    for (const authentication_method of ["named_profile", "default"]) {
      here.service.queue(expired);
      expect(await here.refusal({ env: {}, settings: { authentication_method, profile: "p" } })).toBe(
        'authentication: Gateway "amazon-bedrock": AWS answered ExpiredTokenException: The security token included in the request is expired. Renew the credentials.',
      );
    }
    for (const [name, value] of [
      ["AWS_ACCESS_KEY_ID", "ASIAE"],
      ["AWS_SECRET_ACCESS_KEY", "secret-of-e"],
      ["AWS_SESSION_TOKEN", "token-of-e"],
    ] as const) {
      vi.stubEnv(name, value);
    }
    here.service.queue(expired);
    expect(await here.refusal({ env: {}, settings: { authentication_method: "default" } })).toMatch(
      / is expired\. Renew the credentials\.$/,
    );
  });

  it("may assume a role, through the same connections as everything else, and past the person's AWS_ENDPOINT_URL", async () => {
    const assumed = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
      <AccessKeyId>AKIDROLE</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>role-token</SessionToken>
      <Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
    await using sts = await startService(
      (response) => void response.writeHead(200, { "content-type": "text/xml" }).end(assumed),
    );
    const config =
      "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = x\n[profile role]\nrole_arn = arn:aws:iam::123456789012:role/model-user\nsource_profile = base\nregion = eu-west-1\n";
    await using person = await startService();
    await using _home = await awsHome(
      { config },
      {
        AWS_ENDPOINT_URL: person.origin,
        AWS_ENDPOINT_URL_STS: person.origin,
        AWS_USE_FIPS_ENDPOINT: "true",
        AWS_USE_DUALSTACK_ENDPOINT: "true",
        AWS_SDK_UA_APP_ID: "of-the-person",
      },
    );
    await using aws = await rerouted({ sts: sts.origin });
    const { transport } = aws;
    expect(await here.sent({ ...named("role"), transport })).toMatchObject({
      key: "AKIDROLE",
      region: "eu-west-1",
      token: "role-token",
    });
    expect(person.received).toEqual([]);
    expect(sts.received).toHaveLength(1);
    expect(sts.received[0]?.text).toContain("RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fmodel-user");
    expect(sts.received[0]?.headers.authorization).toContain("Credential=AKIDBASE/");
    expect(sts.received[0]?.headers["user-agent"]).not.toContain("of-the-person");
    expect(aws.asked[0]).toBe("https://sts.eu-west-1.amazonaws.com");
  });

  it("whose role may not be assumed is refused by STS, and not by the model", async () => {
    const words = "User: arn:aws:iam::1:user/x is not authorized to perform: sts:AssumeRole on resource: y";
    const answer = `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${words}</Message></Error></ErrorResponse>`;
    await using sts = await startService(
      (response) => void response.writeHead(403, { "content-type": "text/xml" }).end(answer),
    );
    const config =
      "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = x\n[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n";
    await using _home = await awsHome({ config });
    await using aws = await rerouted({ sts: sts.origin });
    const { transport } = aws;
    const expected = `credentials: Gateway "amazon-bedrock": the profile "role" gives no credentials: AccessDenied: ${words}. Check "profile" in the settings and your AWS configuration files.`;
    expect(await here.refusal({ ...named("role"), transport })).toBe(expected);
    const { settings } = named("role");
    const endpoint_url = here.service.origin;
    await using listing = open(undefined, { env: {}, transport, settings: { ...settings, endpoint_url } });
    const { signal } = new AbortController();
    const { gateway } = listing;
    for (const ask of [() => gateway.models({ signal }), () => gateway.check?.({ signal })]) {
      const error = await Promise.resolve(ask()).catch((reason: unknown) => reason);
      expect(isGatewayError(error) ? `${error.code}: ${error.message}` : error).toBe(expected);
    }
  });

  describe("whose role STS does not give", () => {
    const refuse =
      (status: number, code: string, message: string, headers = {}): Reply =>
      (response) => {
        response.writeHead(status, { "content-type": "text/xml", ...headers });
        response.end(`<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`);
      };
    const config =
      "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = x\n[profile role]\nrole_arn = arn:aws:iam::123456789012:role/app-login\nsource_profile = base\n";
    const whose = 'Gateway "amazon-bedrock": the profile "role" gives no credentials:';
    const inTwoHours = new Date(Date.now() + 2 * 3_600_000);
    const skewed = refuse(403, "SignatureDoesNotMatch", "Signature expired: it is earlier.", {
      date: inTwoHours.toUTCString(),
    });

    it.each([
      [
        "as it is busy",
        refuse(503, "ServiceUnavailable", "Busy."),
        { code: "overloaded", retryable: true, message: `${whose} ServiceUnavailable: Busy. Try again later.` },
      ],
      [
        "as it is asked too often",
        refuse(400, "Throttling", "Rate exceeded"),
        { code: "rate-limited", retryable: true, message: `${whose} Throttling: Rate exceeded. Try again later.` },
      ],
      [
        "and drops the connection",
        (response) => void response.destroy(),
        {
          code: "connection",
          retryable: true,
          message: `${whose} sts.us-east-1.amazonaws.com closed the connection before its answer was complete. Try again.`,
        },
      ],
      [
        "as the clock is wrong",
        skewed,
        {
          code: "authentication",
          retryable: true,
          message: `${whose} SignatureDoesNotMatch: Signature expired: it is earlier. This machine's clock is wrong: set it right. The next attempt allows for it.`,
        },
      ],
      [
        "as it may not be assumed, whatever it is called",
        refuse(403, "AccessDenied", "User: x is not authorized on resource: arn:aws:iam::123456789012:role/app-login"),
        {
          code: "credentials",
          retryable: false,
          message: `${whose} AccessDenied: User: x is not authorized on resource: arn:aws:iam::123456789012:role/app-login. Check "profile" in the settings and your AWS configuration files.`,
        },
      ],
    ] as readonly (readonly [string, Reply, object])[])(
      "%s is asked once, and nobody is sent to log in",
      async (_why, reply, expected) => {
        await using sts = await startService(reply);
        await using _home = await awsHome({ config });
        await using aws = await rerouted({ sts: sts.origin });
        const settings = { ...named("role").settings, auth_refresh_command: "echo Renewed." };
        await using opened = open(here.service, { env: {}, transport: aws.transport, settings });
        expect(await refused(opened.gateway)).toMatchObject(expected);
        expect(sts.received).toHaveLength(1);
        expect(opened.notices).toEqual([]);
      },
    );

    it.each(["named_profile", "default"])("%s is asked with the right time, once that is known", async (method) => {
      await using sts = await startService(skewed);
      await using _home = await awsHome({ config });
      await using aws = await rerouted({ sts: sts.origin });
      const settings = { authentication_method: method, profile: "role" };
      await using opened = open(here.service, { env: {}, transport: aws.transport, settings });
      for (let attempt = 0; attempt < 2; attempt++) await refused(opened.gateway);
      const [first, second] = sts.received.map(({ headers }) => String(headers["x-amz-date"]));
      const hour = (date: string | undefined) => Number(date?.slice(9, 11));
      expect((hour(second) - hour(first) + 24) % 24).toBe(2);
    });
  });

  it.each(["named_profile", "default"])(
    "whose web identity has no token file says so, by the method %s",
    async (method) => {
      const config =
        "[profile web]\nrole_arn = arn:aws:iam::123456789012:role/r\nweb_identity_token_file = /nowhere/token\n";
      await using _home = await awsHome({ config });
      expect(await here.refusal({ env: {}, settings: { authentication_method: method, profile: "web" } })).toMatch(
        /^credentials: Gateway "amazon-bedrock": the .* gives no credentials: ENOENT: no such file or directory, open '\/nowhere\/token'\. /,
      );
    },
  );

  it("whose files are written anew after AWS refused its credentials is read anew: no restart is needed", async () => {
    const file = (key: string) => `[p]\naws_access_key_id=${key}\naws_secret_access_key=x\naws_session_token=t\n`;
    await using home = await awsHome({ credentials: file("AKIDOLD") });
    await using opened = open(here.service, named("p"));
    here.service.queue(
      refuses(403, "ExpiredTokenException", "The security token included in the request is expired"),
      refuses(403, "UnrecognizedClientException", "The security token included in the request is invalid."),
    );
    const key = () => /Credential=([^/]+)/.exec(here.service.received.at(-1)?.headers.authorization ?? "")?.[1];
    expect((await refused(opened.gateway)).code).toBe("authentication");
    await writeFile(join(home.folder, ".aws", "credentials"), file("AKIDSECOND"));
    expect((await refused(opened.gateway)).code).toBe("authentication");
    expect(key()).toBe("AKIDSECOND");
    await writeFile(join(home.folder, ".aws", "credentials"), file("AKIDTHIRD"));
    await collect(opened.gateway);
    expect(key()).toBe("AKIDTHIRD");
    // Lists of models likewise.
    await using listing = open(undefined, {
      ...named("p"),
      settings: { ...named("p").settings, endpoint_url: here.service.origin },
    });
    const { signal } = new AbortController();
    const listings = async () => {
      const expired = refuses(403, "ExpiredTokenException", "The security token included in the request is expired");
      here.service.queue(expired, expired, expired);
      const before = here.service.received.length;
      await expect(listing.gateway.models({ signal, refresh: true })).rejects.toMatchObject({ code: "authentication" });
      // The first refusal of three is enough to fail.
      await until(() => here.service.received.length === before + 3);
      return key();
    };
    expect(await listings()).toBe("AKIDTHIRD");
    await writeFile(join(home.folder, ".aws", "credentials"), file("AKIDFOURTH"));
    expect(await listings()).toBe("AKIDFOURTH");
  });

  it("reaches AWS's other services the way that the host has for everything, such as a proxy", async () => {
    const answer = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>AKIDROLE</AccessKeyId><SecretAccessKey>x</SecretAccessKey>
      <SessionToken>t</SessionToken><Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
    await using sts = await startService(
      (response) => void response.writeHead(200, { "content-type": "text/xml" }).end(answer),
    );
    await using aws = await rerouted({ sts: sts.origin });
    const config =
      "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = x\n[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\nregion = eu-west-1\n";
    await using _home = await awsHome({ config });
    expect(await here.sent({ ...named("role"), transport: aws.transport })).toMatchObject({ key: "AKIDROLE" });
    expect(aws.asked).toEqual(["https://sts.eu-west-1.amazonaws.com", here.service.origin]);
  });

  it("may be a web identity, whose token the person's own AWS_ENDPOINT_URL does not get", async () => {
    const answer = `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>AKIDWEB</AccessKeyId>
      <SecretAccessKey>x</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration>
      </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
    await using sts = await startService(
      (response) => void response.writeHead(200, { "content-type": "text/xml" }).end(answer),
    );
    await using person = await startService();
    await using aws = await rerouted({ sts: sts.origin });
    await using home = await awsHome({}, { AWS_ENDPOINT_URL: person.origin, AWS_USE_FIPS_ENDPOINT: "true" });
    const file = join(home.folder, "token");
    await writeFile(file, "web-token");
    await writeFile(
      join(home.folder, ".aws", "config"),
      `[profile web]\nrole_arn = arn:aws:iam::123456789012:role/r\nweb_identity_token_file = ${file}\nregion = eu-west-1\n`,
    );
    expect(await here.sent({ ...named("web"), transport: aws.transport })).toMatchObject({ key: "AKIDWEB" });
    expect(sts.received[0]?.text).toContain("WebIdentityToken=web-token");
    expect(aws.asked[0]).toBe("https://sts.eu-west-1.amazonaws.com");
    expect(person.received).toEqual([]);
  });

  describe("whose process hangs", () => {
    /** The process hangs as long as `holding` is there, and says in `begun` each time that it was started. */
    const hanging = async () => {
      const home = await awsHome({});
      const [holding, begun] = [join(home.folder, "holding"), join(home.folder, "begun")];
      const answer = JSON.stringify({ Version: 1, AccessKeyId: "AKIDPROCESS", SecretAccessKey: "x" });
      const script = `const f=require("fs");f.appendFileSync("${begun}","x");
        setInterval(()=>{if(!f.existsSync("${holding}")){console.log('${answer}');process.exit()}},10)`;
      await writeFile(join(home.folder, "process.cjs"), script);
      await writeFile(holding, "");
      const command = `node ${join(home.folder, "process.cjs")}`;
      await writeFile(join(home.folder, ".aws", "config"), `[profile p]\ncredential_process = ${command}\n`);
      return { home, holding, runs: () => (existsSync(begun) ? readFileSync(begun, "utf8").length : 0) };
    };
    const lists = { settings: { authentication_method: "named_profile", profile: "p", discover_models: true } };

    it.each([
      ["requests", {}],
      ["requests of the method default", { settings: { authentication_method: "default", profile: "p" } }],
      ["lists", lists],
    ])("%s are waited for no longer than they are wanted, and the next begins anew", async (what, change) => {
      const { home, holding, runs } = await hanging();
      await using _home = home;
      await using opened = open(here.service, { ...named("p"), ...change });
      const ask = (signal: AbortSignal) =>
        what === "lists" ? opened.gateway.models({ signal, refresh: true }) : collect(opened.gateway, { signal });
      const enough = new AbortController();
      const first = ask(enough.signal);
      await until(() => runs() === 1);
      enough.abort(new Error("Enough."));
      await expect(first).rejects.toThrow("Enough.");
      const second = ask(AbortSignal.timeout(20_000)).catch((error: unknown) => error);
      await until(() => runs() === 2);
      await rm(holding);
      await second;
      expect(here.service.received.at(-1)?.headers.authorization).toContain("AKIDPROCESS");
    });

    it("goes on for those who still wait, and for whoever comes, when one of them leaves", async () => {
      const { home, holding, runs } = await hanging();
      await using _home = home;
      await using opened = open(here.service, named("p"));
      const enough = new AbortController();
      const left = collect(opened.gateway, { signal: enough.signal });
      const stayed = collect(opened.gateway);
      await until(() => runs() === 1);
      enough.abort(new Error("Enough."));
      await expect(left).rejects.toThrow("Enough.");
      const came = collect(opened.gateway);
      // Time for another process to begin, were there one.
      await new Promise((resolve) => setTimeout(resolve, 300));
      await rm(holding);
      expect((await stayed).at(-1)?.type).toBe("finish");
      expect((await came).at(-1)?.type).toBe("finish");
      expect(runs()).toBe(1);
    });

    it("is asked once, by requests and lists alike", async () => {
      const { home, holding, runs } = await hanging();
      await using _home = home;
      await using opened = open(here.service, { ...named("p"), ...lists });
      const { signal } = new AbortController();
      const asked = Promise.all([opened.gateway.models({ signal }), collect(opened.gateway), collect(opened.gateway)]);
      await until(() => runs() > 0);
      await rm(holding);
      await asked;
      await collect(opened.gateway);
      expect(runs()).toBe(1);
    });

    it("is not started again for a list that was asked for with what has been renewed since", async () => {
      const { home, holding, runs } = await hanging();
      await using _home = home;
      await rm(holding);
      const list = Promise.withResolvers<void>();
      const invalid = refuses(
        403,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
      );
      await using service = await startService(async (response, request) => {
        if (request.method === "GET") await list.promise;
        await (request.method === "GET" ? invalid : says("Hi"))(response, request);
      });
      const settings = { ...lists.settings, endpoint_url: service.origin, region: "us-east-1" };
      await using opened = open(undefined, { env: {}, settings });
      const models = opened.gateway.models({ signal: new AbortController().signal }).catch((error: unknown) => error);
      // All of the lists, so that none takes the refusal that is meant for the request.
      await until(() => service.received.filter(({ method }) => method === "GET").length === 3);
      // An ARN needs no list.
      const model = "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdefghijkl";
      service.queue(invalid);
      expect(await refused(opened.gateway, { model })).toMatchObject({ code: "authentication" });
      await collect(opened.gateway, { model });
      expect(runs()).toBe(2);
      list.resolve();
      expect(await models).toMatchObject({ code: "authentication" });
      await collect(opened.gateway, { model });
      expect(runs()).toBe(2);
    });

    it("is given up after two minutes, and started again by the next request", async () => {
      const { home, holding, runs } = await hanging();
      await using _home = home;
      await using opened = open(here.service, named("p"));
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      try {
        const first = refused(opened.gateway);
        while (runs() === 0) await new Promise(setImmediate);
        vi.advanceTimersByTime(2 * 60_000);
        expect(await first).toMatchObject({
          code: "timeout",
          retryable: false,
          message: expect.stringMatching(
            /^Gateway "amazon-bedrock": the profile "p" gives no credentials: nothing came for 120 s\. The process or the service that they come from hangs\. /,
          ),
        });
      } finally {
        vi.useRealTimers();
      }
      await rm(holding);
      expect((await collect(opened.gateway)).at(-1)?.type).toBe("finish");
      expect(runs()).toBe(2);
    });
  });
});
