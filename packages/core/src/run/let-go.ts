/** Ends an iterator without waiting for it: whoever wrote it may be waiting for something else. */
export async function letGo(source: AsyncIterator<unknown>): Promise<void> {
  try {
    await source.return?.();
  } catch {
    // Its last words interest nobody.
  }
}
