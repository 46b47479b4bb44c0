/** What a model is told where the person says nothing else. Without a folder it has no tools. */
export function systemPrompt(folder: string | undefined): string {
  const setting = "You help a person at a terminal. Answer briefly, in plain text rather than Markdown.";
  if (folder === undefined) return setting;
  return (
    `${setting} Your tools work in the folder ${folder}; paths are relative to it. ` +
    "Look at its files rather than guess what is in them, and call several tools at once where they do not depend on each other."
  );
}
