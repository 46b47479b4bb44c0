/** Returns the title of an HTML page, such as a proxy's error page, or `undefined` if the text is not HTML. */
export function pageTitle(body: string): string | undefined {
  if (!/^\s*</.test(body)) return undefined;
  return /<title[^>]*>([^<]*)</i.exec(body)?.[1]?.trim() || "a page of HTML, not an answer of a model";
}
