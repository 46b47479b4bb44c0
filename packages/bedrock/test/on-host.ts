import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import bedrock from "@waygate/bedrock";
import { createHost, type Host, type HostOptions, type Notice } from "@waygate/host";

export interface OnHost extends AsyncDisposable {
  readonly host: Host;
  readonly settingsFile: string;
  /** All that the host had to say, oldest first. */
  readonly notices: Notice[];
}

/** A host of its own with a settings file of this text. Of variables it knows those given, and of keys none. */
export async function onHost(
  text: string,
  environment: Readonly<Record<string, string>>,
  options: HostOptions = {},
): Promise<OnHost> {
  const folder = await mkdtemp(join(tmpdir(), "waygate-bedrock-host-"));
  const settingsFile = join(folder, "settings.json");
  await writeFile(settingsFile, text);
  const notices: Notice[] = [];
  const host = await createHost({
    plugins: [bedrock],
    settingsFile,
    environment,
    store: "memory",
    discover: false,
    cacheFolder: false,
    watch: false,
    onNotice: (notice) => notices.push(notice),
    ...options,
  });
  return {
    host,
    settingsFile,
    notices,
    async [Symbol.asyncDispose]() {
      await host.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
