/** Whether a text can be the name of an AWS region: it becomes part of a host name. */
export function isRegionName(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}
