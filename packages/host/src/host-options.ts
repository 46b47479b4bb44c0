import type { GatewayPlugin, RegistryOptions, Transport } from "@waygate/core";
import type { CredentialStore } from "./credentials/credential-store.ts";
import type { Environment } from "./locations.ts";
import type { Notice } from "./notice.ts";
import type { ModelName } from "./settings/agent.ts";

export interface HostOptions {
  /** Gateways that the program brings. More are found by `plugins` in the settings, and beside the host. */
  readonly plugins?: readonly GatewayPlugin[] | undefined;
  /**
   * The user's settings file. One that is not there is as good as an empty one, and made with the first edit; that a
   * file named here is missing is told. Default: `waygate/settings.json` in the platform's folder for settings.
   * `false`: none.
   */
  readonly settingsFile?: string | false | undefined;
  /** Use Zed's own settings file where `settingsFile` names none. Default: false. */
  readonly zed?: boolean | undefined;
  /** A folder whose `.waygate/settings.json` chooses among the models that the user's settings offer. Default: none. */
  readonly projectFolder?: string | undefined;
  /**
   * Models that the program offers beside all settings, such as one that it starts when it is asked for. A project's
   * settings may choose them. Default: none.
   */
  readonly offered?: readonly ModelName[] | undefined;
  /** Settings of the program's own, below the user's. Default: none. */
  readonly defaults?: Readonly<Record<string, unknown>> | undefined;
  /** Start without settings where the user's file cannot be used, in place of rejecting: for programs that mend it. Default: false. */
  readonly tolerant?: boolean | undefined;
  /** Follow the settings files while the program runs. Default: true. */
  readonly watch?: boolean | undefined;
  /** Where keys are kept. Default: as `credential_store` in the settings says, else the system's keychain. */
  readonly store?: "keychain" | "file" | "memory" | CredentialStore | undefined;
  /** The file of the file store. Default: `waygate/keys.json` in the platform's folder for settings. */
  readonly keyFile?: string | undefined;
  /** Variables: keys, proxies, folders. Read at each use. Default: those of the process. */
  readonly environment?: Environment | undefined;
  /** Look for plugins beside the host by their keyword. They are listed, and run when they are confirmed. Default: true. */
  readonly discover?: boolean | undefined;
  /** Folders beside which plugins are installed. Default: those of the program's main file and of this package. */
  readonly pluginFolders?: readonly string[] | undefined;
  /** Where lists of models are kept, and what went wrong last. Default: `waygate` in the platform's folder for caches. `false`: nowhere. */
  readonly cacheFolder?: string | false | undefined;
  /**
   * Where data of the user is kept that is worth keeping: which plugins they have confirmed. Default: `waygate` in the
   * platform's folder for data. `false`: nowhere, so it lasts as long as the program.
   */
  readonly dataFolder?: string | false | undefined;
  /** How long a list of models is good, in milliseconds. Default: one hour. */
  readonly modelsMaxAgeMs?: number | undefined;
  /** How many streams of one model of one gateway are open at the same time; others wait their turn. Default: 16. */
  readonly maxOpenStreams?: number | undefined;
  /** Bounds on what a model or a service may make the program hold or compute. Default: those of `createRegistry`. */
  readonly limits?: RegistryOptions["limits"];
  /** How plugins reach the network, in place of what settings and environment say. For tests and special networks. */
  readonly transport?: Transport | undefined;
  /** Told what a person may want to know, each thing once. Default: nobody is told; `notices()` has what still holds. */
  readonly onNotice?: ((notice: Notice) => void) | undefined;
}
