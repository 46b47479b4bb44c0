import type { GatewayError } from "@waygate/core/plugin";
import type { Http } from "@waygate/http";
import { type Credential, resolveSetup, type Setup } from "../credentials/setup.ts";
import { type Discovery, discovery } from "../models/discovery.ts";
import type { BedrockSettings } from "../settings.ts";
import { type AwsClient, awsClient } from "./aws-client.ts";

/** The way to AWS as it is set up at the moment. */
export interface Connection {
  readonly setup: Setup;
  readonly client: AwsClient;
  readonly discovery: Discovery;
}

export interface ConnectionsOptions {
  readonly gateway: string;
  readonly settings: BedrockSettings;
  readonly credential: Credential;
  readonly http: Http;
  readonly headers: Readonly<Record<string, string>>;
}

/** Keeps one connection as long as nothing changes that it is made of. */
export class Connections {
  readonly #options: ConnectionsOptions;
  #current: { readonly key: string; readonly connection: Connection } | undefined;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** Rejects with a `GatewayError` where credentials or settings are missing or wrong. */
  async get(): Promise<Connection> {
    const { gateway, settings, credential, http, headers } = this.#options;
    const setup = await resolveSetup(gateway, settings, credential);
    const key = JSON.stringify(setup);
    if (this.#current?.key === key) return this.#current.connection;
    const { use_fips_endpoint: fips, use_dualstack_endpoint: dualstack } = settings;
    const client = awsClient({ gateway, setup, http, headers, fips, dualstack });
    const found = discovery(() => client.control());
    const connection: Connection = {
      setup,
      client,
      discovery: {
        ...found,
        listing: (signal, refresh) => found.listing(signal, refresh).finally(() => this.left(connection, signal)),
      },
    };
    this.#current = { key, connection };
    return connection;
  }

  /**
   * Told of each failure, and of the connection that it was met with. Where AWS does not take the credentials, their files
   * may hold others by the next request.
   */
  refused(failure: GatewayError, connection: Connection): void {
    // A wrong clock can be tried again: the client has learnt from the refusal by how much.
    if (failure.code !== "authentication" || failure.retryable) return;
    this.forget(connection);
  }

  /**
   * Told of each wait that has ended. Where it was aborted while credentials were looked for, what gives them may hang
   * for good: the next request begins anew.
   */
  left(connection: Connection, signal: AbortSignal): void {
    if (signal.aborted && connection.client.searchesInVain) this.forget(connection);
  }

  /** Whether the next request would take this one. */
  isCurrent(connection: Connection): boolean {
    return this.#current?.connection === connection;
  }

  /** Has the next request begin anew, unless it would anyway: the credentials of this connection are not to be used. */
  forget(connection: Connection): void {
    if (this.isCurrent(connection)) this.#current = undefined;
  }
}
