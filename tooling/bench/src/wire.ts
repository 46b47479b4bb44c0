/** A protocol that answers come in. Each has cases and contestants of its own, and one of these to compare the others with. */
export const wires = ["chat-completions", "converse"] as const;

export type Wire = (typeof wires)[number];
