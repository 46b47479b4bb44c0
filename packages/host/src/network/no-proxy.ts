import { BlockList, isIP, isIPv4 } from "node:net";

/** Which hosts are reached without a proxy, as `NO_PROXY` says. */
export interface NoProxy {
  /** `host` without brackets. */
  matches(host: string, port: number): boolean;
}

/**
 * Reads `NO_PROXY`: hosts between commas or blanks. `example.com` and `.example.com` stand for the host and all below
 * it, `*.example.com` for those below it, `*` for all; addresses may have a prefix length, and any entry a port.
 */
export function readNoProxy(text: string): NoProxy {
  const rules = text
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .map(readEntry);
  return { matches: (host, port) => rules.some((rule) => rule(host.toLowerCase().replace(/\.$/, ""), port)) };
}

type Rule = (host: string, port: number) => boolean;

function readEntry(entry: string): Rule {
  const network = readNetwork(entry);
  if (network !== undefined) return network;
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]*(?::[^:]*:.*)?))(?::(\d+))?$/.exec(entry) ?? [];
  const name = (bracketed ?? plain ?? entry).toLowerCase().replace(/\.$/, "");
  const port = digits === undefined ? undefined : Number(digits);
  const hosts = readHost(name);
  return (host, actual) => (port === undefined || port === actual) && hosts(host);
}

function readHost(name: string): (host: string) => boolean {
  if (name === "*") return () => true;
  if (isIP(name) !== 0) return (host) => host === name;
  const below = `.${name.replace(/^\*?\./, "")}`;
  return (host) => host.endsWith(below) || (!name.startsWith("*") && host === below.slice(1));
}

function readNetwork(entry: string): Rule | undefined {
  const [, address, length] = /^\[?([0-9a-f.:]+)\]?\/(\d+)$/i.exec(entry) ?? [];
  if (address === undefined || isIP(address) === 0) return undefined;
  const list = new BlockList();
  try {
    list.addSubnet(address, Number(length), isIPv4(address) ? "ipv4" : "ipv6");
  } catch {
    return () => false;
  }
  return (host) => isIP(host) !== 0 && list.check(host, isIPv4(host) ? "ipv4" : "ipv6");
}
