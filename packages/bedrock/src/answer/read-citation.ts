import { isObject, type SourceEvent, type SourceLocation } from "@waygate/core/plugin";
import { readText } from "@waygate/plugin-kit";

/**
 * Reads a citation of Converse as a source; `undefined` if it says nothing about one.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Citation.html
 */
export function readCitation(citation: unknown, id: string): SourceEvent | undefined {
  if (!isObject(citation)) return undefined;
  const title = readText(citation.title) ?? readText(citation.source);
  const words = Array.isArray(citation.sourceContent)
    ? citation.sourceContent.map((part) => (isObject(part) ? (readText(part.text) ?? "") : "")).join("")
    : "";
  const place = isObject(citation.location) ? readPlace(citation.location) : undefined;
  if (title === undefined && place === undefined && words === "") return undefined;
  return {
    type: "source",
    id,
    kind: "document",
    ...(title !== undefined && { title }),
    ...(words !== "" && { quote: words }),
    ...place,
  };
}

type Place = Partial<Pick<SourceEvent, "kind" | "url" | "index" | "location">>;

const units = {
  documentPage: "page",
  documentChar: "character",
  documentChunk: "chunk",
  searchResultLocation: "block",
} as const satisfies Readonly<Record<string, SourceLocation["unit"]>>;

function readPlace(location: Record<string, unknown>): Place | undefined {
  const [kind = "", place] = Object.entries(location)[0] ?? [];
  if (!isObject(place)) return undefined;
  if (kind === "web") {
    const url = readText(place.url) ?? readText(place.domain);
    return url === undefined ? undefined : { kind: "url", url };
  }
  if (!isKnown(kind)) return undefined;
  const { documentIndex, searchResultIndex, start, end } = place;
  const index = documentIndex ?? searchResultIndex;
  const hasRange = typeof start === "number" && typeof end === "number";
  return {
    ...(typeof index === "number" && { index }),
    ...(hasRange && { location: { unit: units[kind], start, end } }),
  };
}

function isKnown(kind: string): kind is keyof typeof units {
  return Object.hasOwn(units, kind);
}
