import type { Invariant } from "../checks/violation.ts";

/** A change of the code, by what stands there. */
export interface Edit {
  /** The folder of the package in `packages`. */
  readonly package: string;
  /** Stands in exactly one place of the package's sources. */
  readonly find: string;
  readonly replace: string;
}

/** A way in which the code could be broken, and the invariants that have to show it. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** One of them is enough. */
  readonly shownBy: readonly Invariant[];
}

export const mutants: readonly Mutant[] = [
  {
    name: "The checksum of frames is not checked",
    edits: [{ package: "bedrock", find: "!== bytes.readUInt32BE(end)", replace: "=== Number.NaN" }],
    shownBy: ["no silent success", "nothing made up", "only whole calls"],
  },
  {
    name: "An answer without a finish is taken as whole",
    edits: [{ package: "openai-chat", find: "if (raw === undefined && !this.#done) throw this.#cut();", replace: "" }],
    shownBy: ["no silent success", "only whole calls"],
  },
  {
    name: "A failure in a stream is passed over",
    edits: [{ package: "openai-chat", find: "throw this.#failure(chunk);", replace: "return;" }],
    shownBy: ["no silent success", "only whole calls"],
  },
  {
    name: "An answer is asked for again after some of it was shown",
    edits: [{ package: "core", find: "this.#visible = true;", replace: "this.#visible = false;" }],
    shownBy: ["no silent success", "nothing made up", "no tool run twice", "proper errors"],
  },
  {
    name: "A call that was cut off is carried out",
    edits: [
      {
        package: "core",
        find: 'if (part.status === "truncated") {',
        replace: `if (part.status === "truncated") [part, value] = [{ ...part, status: "ok" }, { ref: "0.0.0.0", note: "" }];
    if (part.status === "truncated") {`,
      },
    ],
    shownBy: ["only whole calls", "approved as shown"],
  },
  {
    name: "A call is begun each time that it is met",
    edits: [{ package: "core", find: "if (this.#started.has(call.part.id)) return;", replace: "" }],
    shownBy: ["no tool run twice"],
  },
  {
    name: "A decision about a call holds for later ones with its id",
    edits: [
      { package: "core", find: "this.#conversation.callIds.makeUnique(batch)", replace: "batch" },
      { package: "core", find: "this.#options.control.approvals = new Approvals();", replace: "" },
      {
        package: "core",
        find: "known !== undefined && isSame(known, request) ? known.decision : undefined",
        replace: "known?.decision",
      },
    ],
    shownBy: ["approved as shown"],
  },
  {
    name: "A call is left without its result in the history",
    edits: [{ package: "core", find: "[...results, ...approvals]", replace: "[...results.slice(1), ...approvals]" }],
    shownBy: ["valid history"],
  },
  {
    name: "The signature is made of another body",
    edits: [
      { package: "bedrock", find: 'hash("sha256", request.body, "hex")', replace: 'hash("sha256", "other", "hex")' },
    ],
    shownBy: ["proof of sender"],
  },
  {
    name: "A stream leaves its listener on the signal of the run",
    edits: [
      {
        package: "core",
        find: 'this.#request.signal.removeEventListener("abort", this.#onAbort);',
        replace: "",
      },
    ],
    shownBy: ["nothing left"],
  },
  {
    name: "The timer of a deadline is not cleared",
    edits: [
      {
        package: "http",
        find: "clearTimeout(this.#timer);\n    this.#timer = undefined;",
        replace: "this.#timer = undefined;",
      },
    ],
    shownBy: ["nothing left"],
  },
  {
    name: "A request that was given up goes on",
    edits: [{ package: "http", find: "controller?.abort(asError(error));", replace: "" }],
    shownBy: ["nothing left", "no hang"],
  },
  {
    name: "A promise is rejected that nothing waits for",
    edits: [
      {
        package: "core",
        find: "this.#controller.abort(reason);",
        replace: "this.#controller.abort(reason);\n    Promise.reject(reason);",
      },
    ],
    shownBy: ["no stray rejection"],
  },
  {
    name: "A run is kept for ever",
    edits: [
      {
        package: "core",
        find: "this.#past = past;",
        replace: "this.#past = past;\n    (globalThis.kept ??= []).push(this);",
      },
    ],
    shownBy: ["nothing kept"],
  },
];
