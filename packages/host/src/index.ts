export { createHost } from "./create-host.ts";
export type { CredentialKey, CredentialStore } from "./credentials/credential-store.ts";
export { keyAddress } from "./credentials/credential-store.ts";
export type { CredentialStatus, Credentials, KeyOrigin } from "./credentials/credentials.ts";
export { fileStore } from "./credentials/file-store.ts";
export { type KeychainOptions, keychainStore } from "./credentials/keychain-store.ts";
export { memoryStore } from "./credentials/memory-store.ts";
export type { DiagnoseOptions, GatewayReport } from "./diagnosis/gateway-report.ts";
export type { LastError } from "./diagnosis/last-errors.ts";
export type { ProbeResult } from "./diagnosis/probe.ts";
export type { PluginInfo } from "./discovery/plugins.ts";
export { JsonFile } from "./files/json-file.ts";
export type { GatewaySetup } from "./gateways/gateway-setup.ts";
export type { Choice, ChooseOptions, Host, HostChange } from "./host.ts";
export { HostError, type HostErrorCode, hostErrorCodes, isHostError } from "./host-error.ts";
export type { HostOptions } from "./host-options.ts";
export {
  defaultCacheFolder,
  defaultDataFolder,
  defaultSettingsFile,
  type Environment,
  projectSettingsFile,
  zedSettingsFile,
} from "./locations.ts";
export type { ListOptions, ModelListing, ModelSearch, Models, SearchOptions } from "./models/models.ts";
export type { FoundModel } from "./models/search.ts";
export { formatNotice, type Notice } from "./notice.ts";
export { type Feature, type FeatureModel, features, type ModelName } from "./settings/agent.ts";
export { formatKeyPath, type KeyPath, parseKeyPath } from "./settings/key-path.ts";
export { formatPlace, type Place } from "./settings/place.ts";
export type { ModelSelection } from "./settings/selection.ts";
export type { Settings } from "./settings/settings.ts";
export type { SettingsLayer } from "./settings/settings-options.ts";
export type {
  PermissionMode,
  PermissionPattern,
  ToolPermissions,
  ToolRules,
} from "./settings/tool-permissions.ts";
