import { afterAll, beforeAll, beforeEach } from "vitest";
import { collect, type Opening, open, refused } from "./open.ts";
import { type Service, startService } from "./service.ts";

/** Who a request is from, as far as its headers say. */
export interface Sent {
  readonly authorization: string | undefined;
  /** The access key ID and the region that it was signed with. */
  readonly key: string | undefined;
  readonly region: string | undefined;
  readonly token: string | string[] | undefined;
}

/** A service for all tests of a file, and what is sent to it with settings and variables. */
export interface Identity {
  readonly service: Service;
  sent(opening: Opening): Promise<Sent>;
  /** `code: message` of a request that fails before its answer begins. */
  refusal(opening: Opening): Promise<string>;
}

export function identity(): Identity {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  beforeEach(() => {
    service.received.length = 0;
  });
  afterAll(() => service[Symbol.asyncDispose]());
  return {
    get service() {
      return service;
    },
    async sent(opening) {
      await using opened = open(service, opening);
      await collect(opened.gateway);
      const { headers } = service.received.at(-1) ?? {};
      const [, key, region] =
        /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d+\/([^/]+)\/bedrock\//.exec(headers?.authorization ?? "") ?? [];
      return { authorization: headers?.authorization, key, region, token: headers?.["x-amz-security-token"] };
    },
    async refusal(opening) {
      await using opened = open(service, opening);
      const error = await refused(opened.gateway);
      return `${error.code}: ${error.message}`;
    },
  };
}
