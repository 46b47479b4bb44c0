/** Names and values for a query. */
export type Query = Readonly<Record<string, string | number | boolean>>;

/**
 * An address with more in its query. What it says itself stays as it is written, but for a name that is added: then the
 * added value holds. Of what is added, the later wins.
 */
export function withQuery(address: string, ...added: readonly Query[]): string {
  const query = new Map(added.flatMap((more) => Object.entries(more)));
  if (query.size === 0) return address;
  const url = new URL(address);
  const own = url.search.slice(1).split("&");
  const kept = own.filter((pair) => pair !== "" && !query.has(nameOf(pair)));
  const more = [...query].map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  url.search = [...kept, ...more].join("&");
  return url.href;
}

function nameOf(pair: string): string {
  const [name = ""] = new URLSearchParams(pair).keys();
  return name;
}

/** An address as it may be shown: a query can hold a key. */
export function withoutQuery(address: string): string {
  const url = new URL(address);
  url.search = "";
  url.hash = "";
  return url.href;
}
