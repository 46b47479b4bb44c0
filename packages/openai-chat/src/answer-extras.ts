import { type HeldBytes, isObject, type JsonValue, type ModelEvent } from "@waygate/core/plugin";
import { readText } from "@waygate/plugin-kit";
import { readMedia } from "./read-media.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads what an answer has beside text, reasoning and the client's calls: sources, tools that the service ran, images, audio,
 * and state of its text. It is created with the first of them, because most answers have none.
 */
export class AnswerExtras {
  /** The addresses that were named as sources. Services name one in several chunks. */
  readonly #sources = new Set<string>();
  /** Tools that the service ran, by their index: a stream sends one again with its output. */
  readonly #executed = new Map<number, Fields>();
  /** The list of search results, which every chunk may repeat. */
  #results: readonly unknown[] | undefined;
  #audio: string | undefined;
  readonly #held: HeldBytes;
  #images = 0;
  #state: JsonValue | undefined;

  /** `held` counts what is kept until the answer ends. */
  constructor(held: HeldBytes) {
    this.#held = held;
  }

  /** Reads a delta, or a whole message. `say` receives text that is found in it. */
  delta(delta: Fields, events: ModelEvent[], say: (text: string) => void): void {
    for (const annotation of listOf(delta.annotations)) this.#annotation(annotation, events);
    for (const image of listOf(delta.images)) this.#image(image, events);
    for (const [place, tool] of listOf(delta.executed_tools).entries()) {
      const index = typeof tool.index === "number" ? tool.index : place;
      this.#held.add(JSON.stringify(tool).length);
      this.#executed.set(index, { ...this.#executed.get(index), ...tool });
    }
    if (isObject(delta.audio)) this.#hear(delta.audio, say);
    // Gemini's thought signatures. Beside tool calls they belong to the calls, which keep their own.
    if (isObject(delta.extra_content) && !Array.isArray(delta.tool_calls)) {
      this.#state = { extra_content: delta.extra_content as JsonValue };
    }
  }

  /** Reads a list of search results, which belongs to the answer as a whole. */
  results(list: readonly unknown[]): void {
    if (list.length > 0) this.#results = list;
  }

  /** Ends the text of the answer, with its state. */
  endText(events: ModelEvent[]): void {
    if (this.#state === undefined) return;
    events.push({ type: "text-end", state: this.#state });
    this.#state = undefined;
  }

  /** Appends what is only known at the end of the answer. */
  end(events: ModelEvent[]): void {
    this.endText(events);
    for (const [index, tool] of this.#executed) this.#executedTool(index, tool, events);
    for (const result of this.#results ?? []) this.#result(result, undefined, events);
    if (this.#audio !== undefined) {
      const source = { type: "base64", data: this.#audio } as const;
      events.push({ type: "media", id: "audio-1", mediaType: "audio/wav", source });
    }
  }

  #annotation(annotation: Fields, events: ModelEvent[]): void {
    const { type, url_citation: citation, file } = annotation;
    if (isObject(citation)) {
      const url = readText(citation.url);
      if (url === undefined) return;
      this.#source({ url, title: readText(citation.title), quote: readText(citation.content) }, events);
    } else if (type === "file" && isObject(file)) {
      events.push({ type: "source", id: this.#nextId(), kind: "file", title: readText(file.name) });
    }
  }

  #image(image: Fields, events: ModelEvent[]): void {
    const address = isObject(image.image_url) ? readText(image.image_url.url) : readText(image.image_url);
    const media = readMedia(address ?? readText(image.url), readText(image.b64_json), "image/png");
    if (media === undefined) return;
    this.#images++;
    events.push({ type: "media", id: `image-${this.#images}`, ...media });
  }

  /** Adds a piece of audio. Its transcript is text. */
  #hear({ data, transcript }: Fields, say: (text: string) => void): void {
    if (typeof data === "string" && data !== "") {
      this.#held.add(data.length);
      this.#audio = (this.#audio ?? "") + data;
    }
    if (typeof transcript === "string" && transcript !== "") say(transcript);
  }

  #executedTool(index: number, tool: Fields, events: ModelEvent[]): void {
    const id = `executed-${index + 1}`;
    const args = typeof tool.arguments === "string" ? tool.arguments : JSON.stringify(tool.arguments ?? {});
    events.push(
      { type: "tool-call-start", id, name: readText(tool.type) ?? readText(tool.name) ?? "tool", executor: "service" },
      { type: "tool-call-end", id, arguments: args, complete: true },
    );
    const output = typeof tool.output === "string" ? tool.output : undefined;
    const content = output === undefined || output === "" ? [] : [{ type: "text", text: output } as const];
    events.push({ type: "service-tool-result", id, content });
    const found = isObject(tool.search_results) ? tool.search_results.results : tool.search_results;
    for (const result of listOf(found)) this.#result(result, id, events);
  }

  #result(result: unknown, toolCallId: string | undefined, events: ModelEvent[]): void {
    const fields: Fields = isObject(result) ? result : { url: result };
    const url = readText(fields.url);
    if (url === undefined) return;
    const quote = readText(fields.snippet) ?? readText(fields.content);
    this.#source({ url, title: readText(fields.title), quote, toolCallId, part: "message" }, events);
  }

  #source(source: SourceFields & { readonly url: string }, events: ModelEvent[]): void {
    if (this.#sources.has(source.url)) return;
    const id = this.#nextId();
    this.#sources.add(source.url);
    const known = Object.entries(source).filter(([, value]) => value !== undefined);
    events.push({ type: "source", id, kind: "url", ...Object.fromEntries(known) });
  }

  #nextId(): string {
    return `source-${this.#sources.size + 1}`;
  }
}

interface SourceFields {
  readonly title: string | undefined;
  readonly quote: string | undefined;
  readonly toolCallId?: string | undefined;
  readonly part?: "message";
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Returns whether a delta or a message holds anything for `AnswerExtras`. */
export function hasExtras(delta: Fields): boolean {
  return (
    delta.annotations !== undefined ||
    delta.images !== undefined ||
    delta.audio !== undefined ||
    delta.executed_tools !== undefined ||
    delta.extra_content !== undefined
  );
}
