import type { BedrockRuntimeClientConfig } from "@aws-sdk/client-bedrock-runtime";
import type { Http } from "@waygate/http";
import type { CredentialSearch, Provider } from "../credentials/credential-search.ts";
import { type Auth, regionOfProfile, type Setup, type Sourced, wrong } from "../credentials/setup.ts";
import { isRegionName } from "../is-region-name.ts";
import type { RequestHandler } from "./request-handler.ts";
import { Sha256 } from "./sha256.ts";

export interface AwsClientOptions {
  /** Its id, for errors. */
  readonly gateway: string;
  readonly setup: Setup;
  readonly http: Http;
  /** Lower case, checked. Sent and signed with each request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly fips: boolean;
  readonly dualstack: boolean;
}

/** As much of a configuration as the runtime client and the control client have in common. */
type Fields = Pick<
  BedrockRuntimeClientConfig,
  | "authSchemePreference"
  | "credentials"
  | "defaultsMode"
  | "endpoint"
  | "maxAttempts"
  | "profile"
  | "region"
  | "requestHandler"
  | "retryMode"
  | "sha256"
  | "token"
  | "useDualstackEndpoint"
  | "useFipsEndpoint"
  | "userAgentAppId"
> & { readonly ignoreConfiguredEndpointUrls?: boolean };

export interface ClientConfig {
  readonly fields: Fields;
  readonly region: Sourced;
}

/**
 * The configuration of the SDK's clients. Only the method `default` lets them look at the person's own AWS variables;
 * for the others all that they would look for there is said outright.
 */
export async function clientConfig(
  options: AwsClientOptions,
  handler: RequestHandler,
  search: CredentialSearch,
): Promise<ClientConfig> {
  const { setup, fips, dualstack } = options;
  const { auth } = setup;
  const common: Fields = {
    requestHandler: handler,
    // Whether a request is repeated is decided in one place, and that is not here.
    maxAttempts: 1,
    sha256: Sha256,
    ...(setup.endpoint !== undefined && { endpoint: setup.endpoint.value }),
  };
  if (auth.method === "default") {
    const profile = auth.profile === undefined ? {} : { profile: auth.profile.value };
    const region = setup.region ?? (await chainRegion(options.gateway, auth.profile?.value));
    const { fromNodeProviderChain, fromWebToken } = await import("@aws-sdk/credential-providers");
    const fields = {
      ...common,
      ...profile,
      // The SDK's own search, but for the files: it would read them once for as long as the program runs.
      credentials: await shared(
        search.bound(() =>
          fromNodeProviderChain({
            ...profile,
            ignoreCache: true,
            clientConfig: search.clientConfig,
            roleAssumerWithWebIdentity: webIdentity(fromWebToken, { ...search.clientConfig, region: region.value }),
            logger: silent,
          }),
        ),
      ),
      // Set to nothing, the variable means nothing; the SDK would take it for a key.
      ...(process.env.AWS_BEARER_TOKEN_BEDROCK === "" && { authSchemePreference: ["sigv4"] }),
      region: region.value,
      ...(fips && { useFipsEndpoint: true }),
      ...(dualstack && { useDualstackEndpoint: true }),
    };
    return { fields, region };
  }
  const region = setup.region ?? fallbackRegion;
  const fields = {
    ...common,
    ...deaf,
    ...(await identity(auth, region.value, search)),
    region: region.value,
    useFipsEndpoint: fips,
    useDualstackEndpoint: dualstack,
  };
  return { fields, region };
}

/** The same credentials for both clients, for as long as they hold: each by itself would ask a process, or a person, again. */
async function shared(provider: Provider): Promise<Provider> {
  const { doesIdentityRequireRefresh, isIdentityExpired, memoizeIdentityProvider } = await import("@smithy/core");
  return memoizeIdentityProvider(provider, isIdentityExpired, doesIdentityRequireRefresh) ?? provider;
}

type FromWebToken = typeof import("@aws-sdk/credential-providers").fromWebToken;

/** Of all providers, the one of a web identity is not handed the configuration of clients. */
function webIdentity(
  fromWebToken: FromWebToken,
  clientConfig: NonNullable<Parameters<FromWebToken>[0]["clientConfig"]>,
): NonNullable<Parameters<FromWebToken>[0]["roleAssumerWithWebIdentity"]> {
  return ({ RoleArn, RoleSessionName, WebIdentityToken }) =>
    fromWebToken({
      roleArn: RoleArn ?? "",
      webIdentityToken: WebIdentityToken ?? "",
      ...(RoleSessionName !== undefined && { roleSessionName: RoleSessionName }),
      clientConfig,
    })();
}

/** The SDK would write warnings to a terminal that is not its own. */
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/**
 * What keeps clients from looking at the person's own AWS variables: their AWS_ENDPOINT_URL must be sent no token and no
 * key, and AWS_USE_FIPS_ENDPOINT leads to hosts that need not be there.
 */
const deaf = {
  ignoreConfiguredEndpointUrls: true,
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  defaultsMode: "standard" as const,
  retryMode: "standard",
  userAgentAppId: async () => undefined,
};

const fallbackRegion: Sourced = { value: "us-east-1", from: "default" };

async function identity(
  auth: Exclude<Auth, { method: "default" }>,
  region: string,
  search: CredentialSearch,
): Promise<Fields> {
  switch (auth.method) {
    case "api_key":
      return { token: { token: auth.token }, authSchemePreference: ["httpBearerAuth"] };
    case "static": {
      const { accessKeyId, secretAccessKey, sessionToken } = auth;
      const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
      return { credentials, authSchemePreference: ["sigv4"] };
    }
    case "profile": {
      const { fromIni, fromWebToken } = await import("@aws-sdk/credential-providers");
      // All that a profile can say: keys, SSO, a role to assume, a process to run. No region for its helpers: SSO has
      // one of its own. The files are read anew each time, as a login in the meantime changes them.
      const provider = (): Provider => (properties) => {
        const clientConfig = { ...search.clientConfig, ...deaf };
        return fromIni({
          profile: auth.profile.value,
          ignoreCache: true,
          clientConfig,
          roleAssumerWithWebIdentity: webIdentity(fromWebToken, { ...clientConfig, region }),
        })(properties);
      };
      return { credentials: await shared(search.bound(provider)), authSchemePreference: ["sigv4"] };
    }
  }
}

/** The region that the SDK would find by itself: the variable, then the files, read as for a profile chosen by name. */
async function chainRegion(gateway: string, profile: string | undefined): Promise<Sourced> {
  const variable = process.env.AWS_REGION;
  // Set to nothing, the variable means nothing; the SDK would look no further.
  if (variable === undefined || variable === "") {
    return (await regionOfProfile(gateway, profile ?? "default")) ?? fallbackRegion;
  }
  const value = variable.toLowerCase();
  if (isRegionName(value)) return { value, from: "AWS_REGION" };
  throw wrong(gateway, "AWS_REGION holds what is no name of a region. Set it to one, such as eu-west-1.");
}
