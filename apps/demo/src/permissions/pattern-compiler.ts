import {
  formatKeyPath,
  formatNotice,
  type Host,
  type Notice,
  type PermissionPattern,
  type ToolPermissions,
} from "@waygate/host";
import { type CompiledPattern, compilePattern } from "./settings-pattern.ts";

/** Compiles the patterns of `agent.tool_permissions`, each once. The engine is loaded only if there are patterns. */
export class PatternCompiler {
  readonly #compiled = new Map<string, CompiledPattern>();

  /** Returns a function that compiles the patterns of these layers. */
  async of(layers: readonly ToolPermissions[]): Promise<(pattern: PermissionPattern) => CompiledPattern> {
    if (patternsOf(layers).length === 0) return () => ({ fault: "no pattern" });
    const engine = await import("re2js");
    return ({ pattern, caseSensitive }) => {
      const key = `${caseSensitive} ${pattern}`;
      const compiled = this.#compiled.get(key) ?? compilePattern(engine, pattern, caseSensitive);
      this.#compiled.set(key, compiled);
      return compiled;
    };
  }

  /** Returns a notice for each pattern that is not valid. */
  async notices(layers: readonly ToolPermissions[]): Promise<readonly Notice[]> {
    const compile = await this.of(layers);
    return patternsOf(layers).flatMap((pattern): readonly Notice[] => {
      const compiled = compile(pattern);
      if (!("fault" in compiled)) return [];
      const { path, place } = pattern;
      const effect = path.includes("always_allow")
        ? "It allows nothing."
        : "Until it is corrected, every call of this tool is asked about.";
      const message = `${formatKeyPath(path)}: Is not a valid pattern: ${compiled.fault} ${effect}`;
      return [{ severity: "error", code: "setting-invalid", message, path, place }];
    });
  }
}

/** Tells about patterns that are not valid, now and after each change of the settings, each once. */
export async function tellAboutPatterns(
  host: Host,
  patterns: PatternCompiler,
  tell: (notice: Notice) => void,
): Promise<void> {
  const told = new Set<string>();
  const review = async () => {
    for (const notice of await patterns.notices(host.settings.toolPermissions)) {
      const text = formatNotice(notice);
      if (!told.has(text)) tell(notice);
      told.add(text);
    }
  };
  host.onChange(({ type }) => {
    if (type === "settings") void review();
  });
  await review();
}

function patternsOf(layers: readonly ToolPermissions[]): readonly PermissionPattern[] {
  return layers.flatMap(({ tools }) =>
    [...tools.values()].flatMap(({ allow, confirm, deny }) => [...allow, ...confirm, ...deny]),
  );
}
