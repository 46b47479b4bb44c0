export interface AddressOptions {
  /**
   * Whether `http://` may lead to a host name of one label, such as that of a container. Such a name may also lead out of
   * the network, as resolvers complete it by their search domains. Default: false.
   */
  readonly oneLabelNames?: boolean | undefined;
  /** What to do to allow such a name, as a sentence. Default: the address of the machine is asked for. */
  readonly hint?: string | undefined;
  /** Shown if the address is not a URL. Default: `https://host/v1`. */
  readonly example?: string | undefined;
}

/**
 * Returns why an address must not be used, in words that complete "The address …", or `undefined` if it may be used. Keys
 * and conversations are sent encrypted, or no further than this machine and the private network around it.
 */
export function addressProblem(address: string, options: AddressOptions = {}): string | undefined {
  const url = URL.parse(address);
  if (url === null) return `is not a URL, such as ${options.example ?? "https://host/v1"}`;
  if (url.username !== "" || url.password !== "") return "must not hold a user name or a password";
  if (url.protocol === "https:") return undefined;
  if (url.protocol !== "http:") return `must begin with https://, not ${url.protocol}//`;
  const host = url.hostname;
  if (isNearby(host)) return undefined;
  if (isOneLabel(host)) {
    if (options.oneLabelNames === true) return undefined;
    const hint = options.hint ?? "Use https://, or the IP address of the machine.";
    return `must begin with https://: the name "${host}" may lead out of the private network. ${hint}`;
  }
  if (isLinkLocal(host)) {
    return "must begin with https://: link-local addresses are not private, as they lead to services of the network itself";
  }
  return "must begin with https://: http:// is for this machine and private networks only";
}

/** Loopback and private addresses, and names that only this machine or a private network resolves. */
function isNearby(host: string): boolean {
  const address = toIPv4(host);
  if (address !== undefined) return /^(127|10|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(address);
  if (host.startsWith("[")) return host === "[::1]" || /^\[f[cd]/.test(host);
  return host === "localhost" || /\.(localhost|local|lan|internal|home\.arpa)$/.test(host);
}

function isLinkLocal(host: string): boolean {
  return toIPv4(host)?.startsWith("169.254.") === true || /^\[fe[89ab]/.test(host);
}

function isOneLabel(host: string): boolean {
  return !/[.:[]/.test(host.replace(/\.$/, ""));
}

/**
 * An IPv4 address in its usual form; undefined for other hosts. `URL` has resolved decimal, octal and hexadecimal
 * spellings; an address that is mapped into IPv6 leads to the same machine.
 */
function toIPv4(host: string): string | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return host;
  const [, high, low] = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(host) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [first, second] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [first >> 8, first & 255, second >> 8, second & 255].join(".");
}
