import { existsSync, readFileSync } from "node:fs";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Transport } from "@waygate/core";
import { createSimulator } from "@waygate/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type AwsHome, awsHome } from "./aws-files.ts";
import { identity } from "./identity.ts";
import { collect, type Opened, open, refused } from "./open.ts";
import { type Rerouted, rerouted } from "./rerouted.ts";
import { json, type Reply, refuses, type Service, says, startService, until } from "./service.ts";

const here = identity();

describe("an SSO session", () => {
  const config = `[sso-session team]
sso_start_url = https://team.awsapps.com/start
sso_region = eu-west-1

[profile dev]
sso_session = team
sso_account_id = 123456789012
sso_role_name = developer
region = eu-west-1
`;
  const settings = { authentication_method: "sso", profile: "dev" };
  const hour = 3_600_000;
  let portal: Service;
  let aws: Rerouted;
  let transport: Transport;
  let home: AwsHome;

  beforeAll(async () => {
    const roleCredentials = {
      accessKeyId: "AKIDSSO",
      secretAccessKey: "x",
      sessionToken: "sso",
      expiration: Date.now() + hour,
    };
    portal = await startService(json({ roleCredentials }));
    aws = await rerouted({ "portal.sso": portal.origin });
    transport = aws.transport;
  });

  beforeEach(async () => {
    portal.received.length = 0;
  });

  afterAll(async () => {
    await aws[Symbol.asyncDispose]();
    await portal[Symbol.asyncDispose]();
  });

  const atHome = async () => {
    home = await awsHome({ config });
    return home;
  };

  it("gives credentials", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() + hour));
    expect(await here.sent({ env: {}, transport, settings })).toMatchObject({
      key: "AKIDSSO",
      region: "eu-west-1",
      token: "sso",
    });
    expect(portal.received[0]?.headers["x-amz-sso_bearer_token"]).toBe("sso-token");
  });

  it("keeps its token from the person's own AWS_ENDPOINT_URL", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() + hour));
    await using person = await startService(json({}));
    for (const name of ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SSO"]) vi.stubEnv(name, person.origin);
    // Would lead to a host that there is not in the region.
    vi.stubEnv("AWS_USE_FIPS_ENDPOINT", "true");
    expect(await here.sent({ env: {}, transport, settings })).toMatchObject({ key: "AKIDSSO" });
    expect(person.received).toEqual([]);
  });

  it("that has expired is an error that names the command", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() - hour));
    const message = await here.refusal({ env: {}, transport, settings });
    expect(message).toBe(
      'authentication: Gateway "amazon-bedrock": the profile "dev" gives no credentials: its login has expired, or was never made. Run: aws sso login --profile dev',
    );
    expect(here.service.received).toEqual([]);
  });

  it("that AWS has ended names it too", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() + hour));
    portal.queue(refuses(401, "UnauthorizedException", "Session token not found or invalid"));
    expect(await here.refusal({ env: {}, transport, settings })).toBe(
      'authentication: Gateway "amazon-bedrock": the profile "dev" gives no credentials: its login has expired, or was never made. Run: aws sso login --profile dev',
    );
  });

  it("that was never begun names it as well", async () => {
    await using _there = await atHome();
    expect(await here.refusal({ env: {}, transport, settings })).toMatch(/ Run: aws sso login --profile dev$/);
  });

  it("that a role is assumed with is logged in to by the profile that has it: AWS's CLI looks nowhere else", async () => {
    const role = (name: string, source: string) =>
      `[profile ${name}]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = ${source}\n`;
    await using _home = await awsHome({ config: `${config}${role("inner", "dev")}${role("outer", "inner")}` });
    for (const profile of ["inner", "outer"]) {
      expect(await here.refusal({ env: {}, transport, settings: { ...settings, profile } })).toBe(
        `authentication: Gateway "amazon-bedrock": the profile "${profile}" gives no credentials: its login has expired, or was never made. Run: aws sso login --profile dev`,
      );
    }
    const chain = { authentication_method: "default", profile: "outer" };
    expect(await here.refusal({ env: {}, transport, settings: chain })).toMatch(/ Run: aws sso login --profile dev$/);
  });

  it("that a profile names and that is not there is an error that says so", async () => {
    await using _home = await awsHome({ config: config.replace("sso_session = team", "sso_session = taem") });
    expect(await here.refusal({ env: {}, transport, settings })).toBe(
      'credentials: Gateway "amazon-bedrock": the profile "dev" gives no credentials: there is no [sso-session taem] in your AWS configuration files. Did you mean "team"?',
    );
  });

  describe("whose service gives nothing", () => {
    const portalName = "portal.sso.eu-west-1.amazonaws.com";
    const whose = 'Gateway "amazon-bedrock": the profile "dev" gives no credentials:';
    const dropped: Reply = (response) => void response.destroy();
    const page: Reply = (response) => {
      response.writeHead(503, { "content-type": "text/html" }).end("<html><title>Down</title></html>");
    };

    it.each([
      [
        "as it is asked too often",
        refuses(429, "TooManyRequestsException", "Slow down."),
        "rate-limited",
        "TooManyRequestsException: Slow down. Try again later.",
      ],
      [
        "as it is broken",
        refuses(500, "InternalFailure", "Oh."),
        "server-error",
        "InternalFailure: Oh. Try again later.",
      ],
      ["but a page", page, "overloaded", "status 503: Down. Try again later."],
      [
        "and drops the connection",
        dropped,
        "connection",
        `${portalName} closed the connection before its answer was complete. Try again.`,
      ],
    ])("%s is asked once, and may be tried again", async (_how, reply, code, words) => {
      await using there = await atHome();
      await there.login("team", new Date(Date.now() + hour));
      portal.queue(reply);
      const auth_refresh_command = "echo Renewed.";
      await using opened = open(here.service, { env: {}, transport, settings: { ...settings, auth_refresh_command } });
      const error = await refused(opened.gateway);
      expect(error).toMatchObject({ code, retryable: true, message: `${whose} ${words}` });
      expect(portal.received).toHaveLength(1);
      expect(opened.notices).toEqual([]);
      expect((await collect(opened.gateway)).at(-1)?.type).toBe("finish");
    });

    it("as it is not reached is no matter of the profile", async () => {
      await using there = await atHome();
      await there.login("team", new Date(Date.now() + hour));
      await using nowhere = await rerouted({ "portal.sso": "http://127.0.0.1:9" });
      expect(await here.refusal({ env: {}, transport: nowhere.transport, settings })).toBe(
        `connection: ${whose} ${portalName} refused the connection. Check the network.`,
      );
    });

    it("as the one that renews its token is not reached has not expired: a login could not be made either", async () => {
      const session = "unreached";
      await using there = await awsHome({ config: config.replaceAll("team", session) });
      const token = { accessToken: "old", expiresAt: new Date(Date.now() - hour).toISOString() };
      const renewal = { clientId: "c", clientSecret: "the-client-secret", refreshToken: "the-refresh-token" };
      await writeFile(there.tokenFile(session), JSON.stringify({ ...token, ...renewal }));
      await using nowhere = await rerouted({ oidc: "http://127.0.0.1:9" });
      expect(await here.refusal({ env: {}, transport: nowhere.transport, settings })).toBe(
        `connection: ${whose} oidc.eu-west-1.amazonaws.com refused the connection. Check the network.`,
      );
    });
  });

  it("that has expired is renewed by the command of the settings, once, and the request is sent again", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() - hour));
    const token = {
      accessToken: "new-token",
      expiresAt: new Date(Date.now() + hour).toISOString(),
      startUrl: "x",
      region: "eu-west-1",
    };
    const source = join(there.folder, "new-token.json");
    await writeFile(source, JSON.stringify(token));
    const log = join(there.folder, "runs");
    const script =
      "const f=require('fs');f.copyFileSync(process.argv[1],process.argv[2]);f.appendFileSync(process.argv[3],'x');console.log('Open the page.')";
    const auth_refresh_command = `node -e "${script}" "${source}" "${there.tokenFile("team")}" "${log}"`;
    await using opened = open(here.service, { env: {}, transport, settings: { ...settings, auth_refresh_command } });
    // Both wait for one run of it.
    const answers = await Promise.all([collect(opened.gateway), collect(opened.gateway)]);
    expect(answers.map((events) => events.at(-1)?.type)).toEqual(["finish", "finish"]);
    expect(portal.received[0]?.headers["x-amz-sso_bearer_token"]).toBe("new-token");
    expect(opened.notices).toEqual([{ gateway: "amazon-bedrock", code: "auth-refresh", message: "Open the page." }]);
    expect(await readFile(log, "utf8")).toBe("x");
  });

  it("is renewed before AWS is asked for its lists, too", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() - hour));
    await using simulator = await createSimulator({
      awsCredentials: { accessKeyId: "AKIDSSO", secretAccessKey: "x", sessionToken: "sso" },
      models: ["eu.acme.brain-v1:0"],
    });
    const auth_refresh_command = `node -e "const f=require('fs');const p=process.argv[1];const t=JSON.parse(f.readFileSync(p));t.expiresAt=new Date(Date.now()+3600000).toISOString();f.writeFileSync(p,JSON.stringify(t))" "${there.tokenFile("team")}"`;
    await using opened = open(undefined, {
      env: {},
      transport,
      settings: { ...settings, endpoint_url: simulator.url, auth_refresh_command },
    });
    expect((await collect(opened.gateway, { model: "acme.brain-v1:0" })).at(-1)?.type).toBe("finish");
    expect(simulator.requests.at(-1)?.path).toContain(encodeURIComponent("eu.acme.brain-v1:0"));
  });

  it("that a command is renewing is waited for no longer than anybody wants it, and the command ends with that", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() - hour));
    const pidFile = join(there.folder, "pid");
    const script = "require('fs').writeFileSync(process.argv[1],String(process.pid));setTimeout(()=>{},60000)";
    const auth_refresh_command = `node -e "${script}" "${pidFile}"`;
    await using opened = open(here.service, { env: {}, transport, settings: { ...settings, auth_refresh_command } });
    const first = new AbortController();
    const second = new AbortController();
    const answers = [first, second].map(({ signal }) => collect(opened.gateway, { signal }).catch((error) => error));
    await until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "");
    const pid = Number(readFileSync(pidFile, "utf8"));
    const runs = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    first.abort(new Error("Enough."));
    expect(await answers[0]).toMatchObject({ message: "Enough." });
    expect(runs()).toBe(true);
    second.abort(new Error("Enough as well."));
    expect(await answers[1]).toMatchObject({ message: "Enough as well." });
    await until(() => !runs());
  });

  it("that a command fails to renew, or renews in vain, says so", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() - hour));
    const fails = { ...settings, auth_refresh_command: "echo No browser here >&2; exit 3" };
    expect(await here.refusal({ env: {}, transport, settings: fails })).toBe(
      'authentication: Gateway "amazon-bedrock": auth_refresh_command ended with the code 3. It said: No browser here.',
    );
    const inVain = { ...settings, auth_refresh_command: "exit 0" };
    expect(await here.refusal({ env: {}, transport, settings: inVain })).toMatch(/ Run: aws sso login --profile dev$/);
  });

  it("whose credentials AWS itself calls expired is renewed too", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() + hour));
    here.service.queue(
      refuses(403, "ExpiredTokenException", "The security token included in the request is expired"),
      says("Hi"),
    );
    await using opened = open(here.service, {
      env: {},
      transport,
      settings: { ...settings, auth_refresh_command: "exit 0" },
    });
    expect((await collect(opened.gateway)).at(-1)?.type).toBe("finish");
    expect(here.service.received).toHaveLength(2);
  });

  describe("that a command renews", () => {
    const begin = async (command: (there: AwsHome, renew: string) => string) => {
      const there = await atHome();
      await there.login("team", new Date(Date.now() + hour));
      const good = join(there.folder, "good");
      await copyFile(there.tokenFile("team"), good);
      await there.login("team", new Date(Date.now() - hour));
      const auth_refresh_command = command(there, `cp '${good}' '${there.tokenFile("team")}'`);
      const bedrock = { ...settings, auth_refresh_command };
      return { there, bedrock, opened: open(here.service, { env: {}, transport, settings: bedrock }) };
    };
    const messages = ({ notices }: Opened) => notices.map(({ message }) => message);

    it.skipIf(process.platform === "win32")(
      "is there when the command has ended, whatever it has left running (needs a POSIX shell)",
      async () => {
        const { there, opened } = await begin((_, renew) => `${renew}; sleep 4 & echo Done.`);
        await using _there = there;
        await using _opened = opened;
        const before = performance.now();
        expect((await collect(opened.gateway)).at(-1)?.type).toBe("finish");
        expect(performance.now() - before).toBeLessThan(3_500);
        expect(messages(opened)).toEqual(["Done."]);
      },
    );

    it.skipIf(process.platform === "win32")(
      "ends the command with the last who waits, even one that does not want to (needs a POSIX shell)",
      async () => {
        const { there, opened } = await begin(
          ({ folder }) => `trap '' TERM; echo $$ > '${folder}/pid'; while :; do sleep 0.1; done`,
        );
        await using _there = there;
        await using _opened = opened;
        const enough = new AbortController();
        const answer = collect(opened.gateway, { signal: enough.signal });
        const file = join(there.folder, "pid");
        await until(() => existsSync(file) && readFileSync(file, "utf8").endsWith("\n"));
        enough.abort(new Error("Enough."));
        await expect(answer).rejects.toThrow("Enough.");
        const pid = Number(readFileSync(file, "utf8"));
        await until(() => {
          try {
            return !process.kill(pid, 0);
          } catch {
            return true;
          }
        });
      },
      15_000,
    );

    it.skipIf(process.platform === "win32")(
      "may take ten minutes, however little it wants to end (needs a POSIX shell)",
      async () => {
        const { there, opened } = await begin(
          ({ folder }) => `trap '' TERM; echo x > '${folder}/begun'; while :; do sleep 0.1; done`,
        );
        await using _there = there;
        await using _opened = opened;
        vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
        try {
          const answer = refused(opened.gateway);
          while (!existsSync(join(there.folder, "begun"))) await new Promise(setImmediate);
          vi.advanceTimersByTime(10 * 60_000);
          expect((await answer).message).toBe(
            'Gateway "amazon-bedrock": auth_refresh_command did not end within 10 minutes.',
          );
          vi.advanceTimersByTime(10_000);
        } finally {
          vi.useRealTimers();
        }
      },
    );

    it.skipIf(process.platform === "win32")(
      "is told what it prints, even without an end of line: at its end, and while it waits (needs a POSIX shell)",
      async () => {
        const { there, opened } = await begin(
          ({ folder }, renew) =>
            `printf 'Code: '; while [ ! -e '${folder}/typed' ]; do sleep 0.05; done; ${renew}; printf 'Thank you.'`,
        );
        await using _there = there;
        await using _opened = opened;
        const answer = collect(opened.gateway);
        await until(() => messages(opened).length > 0);
        expect(messages(opened)).toEqual(["Code: "]);
        await writeFile(join(there.folder, "typed"), "");
        expect((await answer).at(-1)?.type).toBe("finish");
        expect(messages(opened)).toEqual(["Code: ", "Thank you."]);
      },
    );

    it("tells nothing of the secrets in use", async () => {
      here.service.queue(
        refuses(403, "ExpiredTokenException", "The security token included in the request is expired"),
      );
      const auth_refresh_command = "echo The key is not-a-real-secret. && exit 3";
      await using opened = open(here.service, { settings: { auth_refresh_command } });
      const { message } = await refused(opened.gateway);
      expect(`${message} ${messages(opened)}`).not.toContain("not-a-real-secret");
      expect(messages(opened)).toHaveLength(1);
    });

    it.skipIf(process.platform === "win32")(
      "is renewed once for all that it refused: who hears of it late is only sent again (needs a POSIX shell)",
      async () => {
        const { there, opened } = await begin(({ folder }, renew) => `echo x >> '${folder}/runs'; ${renew}`);
        await using _there = there;
        await using _opened = opened;
        // Still good as far as the files say: AWS is the one to find it expired.
        await there.login("team", new Date(Date.now() + hour));
        const expired = refuses(403, "ExpiredTokenException", "The security token included in the request is expired");
        const late = Promise.withResolvers<void>();
        here.service.queue(async (response, request) => {
          await late.promise;
          await expired(response, request);
        }, expired);
        const second = collect(opened.gateway);
        await until(() => here.service.received.length === 1);
        expect((await collect(opened.gateway)).at(-1)?.type).toBe("finish");
        late.resolve();
        expect((await second).at(-1)?.type).toBe("finish");
        expect(here.service.received).toHaveLength(4);
        expect(await readFile(join(there.folder, "runs"), "utf8")).toBe("x\n");
      },
    );

    it.skipIf(process.platform === "win32")(
      "is renewed once, though the settings change while the command runs (needs a POSIX shell)",
      async () => {
        const { there, bedrock, opened } = await begin(
          ({ folder }, renew) =>
            `echo x >> '${folder}/runs'; while [ ! -e '${folder}/done' ]; do sleep 0.05; done; ${renew}; echo Done.`,
        );
        await using _there = there;
        await using _opened = opened;
        const runs = join(there.folder, "runs");
        const first = collect(opened.gateway);
        await until(() => existsSync(runs) && readFileSync(runs, "utf8") === "x\n");
        const endpoint_url = here.service.origin;
        opened.registry.reload({ bedrock: { ...bedrock, endpoint_url, discover_models: false, allow_global: true } });
        await there.login("team", new Date(Date.now() + hour));
        here.service.queue(
          refuses(403, "ExpiredTokenException", "The security token included in the request is expired"),
        );
        const second = collect(opened.registry.gateway("amazon-bedrock"));
        await until(() => here.service.received.length === 1);
        // That it waits for the first one's run shows in nothing but that there is no other.
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        await writeFile(join(there.folder, "done"), "");
        for (const answer of [first, second]) expect((await answer).at(-1)?.type).toBe("finish");
        expect(await readFile(runs, "utf8")).toBe("x\n");
        expect(messages(opened)).toEqual(["Done."]);
      },
    );
  });
});
