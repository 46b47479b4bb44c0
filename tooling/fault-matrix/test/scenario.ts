import type { Message, Tool } from "@waygate/core";
import type { Answer, AnswerPart } from "@waygate/simulator";
import type { Wire } from "./wires.ts";

export const lastStep = 3;

type Part = AnswerPart & { readonly type: "text" | "reasoning"; readonly text: readonly string[] };
type Call = AnswerPart & { readonly type: "tool-call"; readonly id: string; readonly arguments: readonly string[] };

/** What the model says in a step. Each answer has a serial number, in its texts and in the ids of its calls. */
function partsOf(step: number, serial: number): readonly (Part | Call)[] {
  const text = step === lastStep ? "That is all" : "One moment";
  const names = step === 1 ? ["look", "write"] : step === 2 ? ["watch", "write"] : [];
  return [
    { type: "reasoning", text: ["Let me ", "think ", "it over", ` ${serial}.`] },
    { type: "text", text: [...text.split(/(?<= )/), ", ", `${serial}.`] },
    ...names.map((name): Call => {
      const path = ['{"pa', 'th":', `"${serial}`, '"}'];
      return { type: "tool-call", id: `${name}-${serial}`, name, arguments: path };
    }),
  ];
}

export function usageOf(step: number) {
  return { input: step * 100, output: step * 10 };
}

export function answerOf(wire: Wire, step: number, serial: number): Answer {
  const { input, output } = usageOf(step);
  return { parts: partsOf(step, serial), usage: wire.usage(input, output) };
}

/** What the history holds of a step that was carried out. */
export function toldOf(step: number, serial: number): readonly string[] {
  const parts = partsOf(step, serial);
  const calls = parts.filter((part) => part.type === "tool-call");
  return [
    `assistant: ${parts.map(tellPart).join(" | ")}`,
    ...(calls.length === 0 ? [] : [`tool: ${calls.map(({ id, name }) => `${id} ${resultOf[name]}`).join(" | ")}`]),
  ];
}

/** The same of an answer that was broken off in the middle of its first part of this kind. */
export function toldUntil(step: number, serial: number, within: AnswerPart["type"]): readonly string[] {
  const parts = partsOf(step, serial);
  const index = parts.findIndex(({ type }) => type === within);
  const broken = parts[index];
  if (broken === undefined) return [];
  const half = <Piece>(pieces: readonly Piece[]) => pieces.slice(0, Math.ceil(pieces.length / 2));
  const rest =
    broken.type === "tool-call"
      ? `${broken.id} truncated ${half(broken.arguments).join("")}`
      : tellPart({ ...broken, text: half(broken.text) });
  return [
    `assistant: ${[...parts.slice(0, index).map(tellPart), rest].join(" | ")}`,
    ...(broken.type === "tool-call" ? [`tool: ${broken.id} error`] : []),
  ];
}

function tellPart(part: Part | Call): string {
  return part.type === "tool-call" ? `${part.id} ok ${part.arguments.join("")}` : `${part.type} ${part.text.join("")}`;
}

const resultOf: Readonly<Record<string, string>> = { look: "seen", watch: "watched", write: "written" };

/** A history, a line a message. Of an error only that it is one: its words are others' tests. */
export function tell(messages: readonly Message[]): readonly string[] {
  return messages.map((message) => {
    const parts = message.content.map((part): string => {
      if (part.type === "text" || part.type === "reasoning") return `${part.type} ${part.text}`;
      if (part.type === "tool-call") return `${part.id} ${part.status} ${part.arguments}`;
      if (part.type !== "tool-result") return part.type;
      const [content] = part.content;
      return `${part.id} ${part.isError === true ? "error" : content?.type === "text" ? content.text : ""}`;
    });
    return `${message.role}: ${parts.join(" | ")}`;
  });
}

export interface Work {
  /** How often each call was carried out, by its id. */
  readonly ran: Map<string, number>;
  /** What the tools were handed to listen to. */
  readonly signals: Set<AbortSignal>;
}

export interface Holds {
  /** Whether a call of `write` has to be allowed. */
  asks(): boolean;
  /** What `write` waits for before it is done. */
  untilDone(signal: AbortSignal): Promise<void>;
}

export function toolsOf(work: Work, holds: Holds): readonly Tool[] {
  const begin = (id: string, signal: AbortSignal) => {
    work.ran.set(id, (work.ran.get(id) ?? 0) + 1);
    work.signals.add(signal);
  };
  const parameters = { type: "object", properties: { path: { type: "string" } }, required: ["path"] };
  return [
    {
      name: "look",
      description: "Looks at a file.",
      parameters,
      readOnly: true,
      execute(_args, { id, signal }) {
        begin(id, signal);
        return "seen";
      },
    },
    {
      name: "watch",
      description: "Watches a file.",
      parameters,
      async *execute(_args, { id, signal }) {
        begin(id, signal);
        yield "half";
        return "watched";
      },
    },
    {
      name: "write",
      description: "Writes a file.",
      parameters,
      approval: () => holds.asks(),
      async execute(_args, { id, signal }) {
        begin(id, signal);
        await holds.untilDone(signal);
        return "written";
      },
    },
  ];
}
