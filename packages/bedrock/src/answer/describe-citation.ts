import { isObject } from "@waygate/core/plugin";
import { readText } from "@waygate/plugin-kit";

/** `"Company policy", pages 1 to 2: 20 days of annual leave`; undefined for what says nothing of a source. */
export function describeCitation(citation: unknown): string | undefined {
  if (!isObject(citation)) return undefined;
  const source = readText(citation.title) ?? readText(citation.source);
  const place = isObject(citation.location) ? describeLocation(citation.location) : undefined;
  const words = Array.isArray(citation.sourceContent)
    ? citation.sourceContent.map((part) => (isObject(part) ? (readText(part.text) ?? "") : "")).join("")
    : "";
  if (source === undefined && place === undefined && words === "") return undefined;
  const name = source === undefined ? "A source" : `"${source}"`;
  return `${name}${place === undefined ? "" : `, ${place}`}${words === "" ? "" : `: ${words.trim()}`}`;
}

function describeLocation(location: Record<string, unknown>): string | undefined {
  const [kind, place] = Object.entries(location)[0] ?? [];
  if (!isObject(place)) return undefined;
  switch (kind) {
    case "documentPage":
      return span("page", place);
    case "documentChar":
      return span("character", place);
    case "documentChunk":
      return span("chunk", place);
    case "searchResultLocation":
      return span("search result block", place);
    case "web":
      return readText(place.url) ?? readText(place.domain);
    default:
      return undefined;
  }
}

function span(unit: string, { start, end }: Record<string, unknown>): string | undefined {
  if (typeof start !== "number") return undefined;
  return typeof end === "number" && end !== start ? `${unit}s ${start} to ${end}` : `${unit} ${start}`;
}
