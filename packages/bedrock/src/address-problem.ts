/**
 * Why an address must not be used, in words that complete "The address …"; undefined where it may. Credentials and
 * conversations travel encrypted, or not further than the machine or network at hand.
 */
export function addressProblem(address: string): string | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return "is not a URL, such as https://host/path";
  }
  if (url.username !== "" || url.password !== "") return "must not hold a user name or a password";
  if (url.protocol === "https:") return undefined;
  if (url.protocol !== "http:") return `must begin with https://, not ${url.protocol}//`;
  if (isNearby(url.hostname)) return undefined;
  return "must begin with https://: http:// is for this machine and private networks only";
}

/** Loopback, private and link-local addresses, and names that only a local network resolves. */
function isNearby(host: string): boolean {
  const name = host.toLowerCase();
  if (/^[\d.]+$/.test(name)) return /^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./.test(name);
  if (name === "[::1]" || /^\[f[cd]/.test(name) || name.startsWith("[fe80:")) return true;
  if (name.startsWith("[")) return false;
  return !name.includes(".") || /\.(localhost|local|lan|internal|home\.arpa)$/.test(name);
}

/** Whether a text can be the name of an AWS region: it becomes part of a host name. */
export function isRegionName(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}
