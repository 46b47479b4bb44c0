import type { Fault } from "./faults.ts";

/** A model that the gateway lists. All of them are the same rule-based model. */
export interface SimulatorModel {
  readonly id: string;
  /** For people. Default: the id. */
  readonly name?: string;
  /** Tokens of prompt that it takes; a longer prompt is refused with 400, as too long. Default 128,000. */
  readonly contextLength?: number;
  /** Tokens of one answer, a cap on what the request asks for. Default 16,384. */
  readonly maxOutputTokens?: number;
  /** Further fields of its entry in the list, over those that the simulator writes by itself. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export type ListedModel = Required<SimulatorModel>;

interface FaultyModel {
  readonly id: string;
  readonly name: string;
  readonly fault: Fault;
}

const FAULTY_MODELS: readonly FaultyModel[] = [
  {
    id: "simulator:slow",
    name: "Simulator: a second of silence, then slow chunks",
    fault: { kind: "delay", beforeBodyMs: 1000, betweenChunksMs: 150 },
  },
  {
    id: "simulator:drip",
    name: "Simulator: three bytes at a time",
    fault: { kind: "drip", bytes: 3, everyMs: 1 },
  },
  {
    id: "simulator:stall",
    name: "Simulator: falls silent mid-answer, socket open",
    fault: { kind: "stall", afterChunks: 5 },
  },
  { id: "simulator:cut", name: "Simulator: connection lost mid-answer", fault: { kind: "cut", afterChunks: 5 } },
  {
    id: "simulator:end",
    name: "Simulator: stream ends mid-answer without a finish",
    fault: { kind: "cut", afterChunks: 5, how: "end" },
  },
  { id: "simulator:error", name: "Simulator: error object mid-answer", fault: { kind: "error", afterChunks: 5 } },
  { id: "simulator:garbage", name: "Simulator: a line that is no JSON", fault: { kind: "garbage", afterChunks: 3 } },
  { id: "simulator:status-401", name: "Simulator: refuses the key", fault: { kind: "status", status: 401 } },
  { id: "simulator:status-402", name: "Simulator: out of credit", fault: { kind: "status", status: 402 } },
  {
    id: "simulator:status-429",
    name: "Simulator: rate limited for a second",
    fault: { kind: "status", status: 429, headers: { "retry-after": "1" } },
  },
  { id: "simulator:status-500", name: "Simulator: internal error", fault: { kind: "status", status: 500 } },
  { id: "simulator:status-503", name: "Simulator: overloaded", fault: { kind: "status", status: 503 } },
];

/** What is listed where the caller names no models. */
export const DEFAULT_MODELS: readonly SimulatorModel[] = [
  { id: "simulator", name: "Waygate simulator" },
  ...FAULTY_MODELS.map(({ id, name }) => ({ id, name })),
];

/** The fault that comes with a model id, if any. */
export function faultOfModel(id: string): Fault | undefined {
  return FAULTY_MODELS.find((model) => model.id === id)?.fault;
}

/** Fills in the defaults. */
export function listModels(models: readonly (string | SimulatorModel)[]): readonly ListedModel[] {
  return models.map((entry) => {
    const model = typeof entry === "string" ? { id: entry } : entry;
    return { name: model.id, contextLength: 128_000, maxOutputTokens: 16_384, extra: {}, ...model };
  });
}
