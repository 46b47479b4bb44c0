/** A place in a file, as editors and terminals make links of it. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

/** `file:line:column` */
export function formatPlace({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}
