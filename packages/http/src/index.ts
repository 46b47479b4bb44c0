export { type AddressOptions, addressProblem } from "./address-problem.ts";
export { batches, type Opened, type Reading } from "./batches.ts";
export {
  type CheckedHeaders,
  type CheckHeadersOptions,
  checkHeaders,
  isHeaderValue,
  isReservedHeader,
  type RefusedHeader,
  refusedHeaderIssue,
} from "./check-headers.ts";
export type { Http, HttpOptions, HttpRequest, HttpResponse } from "./http.ts";
export { type HttpPhase, HttpTimeout } from "./http-timeout.ts";
export { networkCode } from "./network-code.ts";
export { openHttp } from "./open-http.ts";
export { readAll } from "./read-all.ts";
export { type Dispatcher, loadUndici, type Undici } from "./undici.ts";
