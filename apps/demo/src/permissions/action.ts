/** What a tool call acts on, as permission rules and patterns see it. */
export type Action =
  | { readonly type: "command"; readonly command: string }
  | {
      readonly type: "file";
      /** From the folder on, with forward slashes, links followed. */
      readonly path: string;
      /** The path that the model wrote. */
      readonly asked: string;
    };

/** Whether a path has a part that begins with a dot: such files often decide what other programs run. */
export function isHidden(path: string): boolean {
  return path.split("/").some((part) => part.startsWith("."));
}
