/**
 * Calls a listener of the program's. What it throws is its own affair: it comes up as an uncaught exception, as with
 * event targets, and breaks nothing here.
 */
export function tell<Value>(listener: ((value: Value) => void) | undefined, value: Value): void {
  try {
    listener?.(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
