import { isObject } from "@waygate/core/plugin";
import type { ProjectLayer } from "./project-layer.ts";

type Raw = Readonly<Record<string, unknown>>;

/** Lays one object over another: objects key by key, everything else whole. */
export function overlay(below: unknown, above: unknown): unknown {
  if (above === undefined) return below;
  if (!isObject(below) || !isObject(above)) return above;
  const entries = new Map(Object.entries(below));
  for (const [key, value] of Object.entries(above)) entries.set(key, overlay(entries.get(key), value));
  return Object.fromEntries(entries);
}

/** The user's settings with what a project says laid over them. */
export function withProject(user: Raw, project: ProjectLayer): Raw {
  let languageModels = isObject(user.language_models) ? user.language_models : {};
  for (const { path, models } of project.models) languageModels = withModels(languageModels, path, models);
  const agent = isObject(user.agent) ? user.agent : {};
  const merged: Record<string, unknown> = { ...user };
  // Whole values: half of a project's model and half of the user's would be a model that nobody chose.
  if (Object.keys(project.agent).length > 0) merged.agent = { ...agent, ...project.agent };
  if (project.models.length > 0) merged.language_models = languageModels;
  return merged;
}

function withModels(section: Raw, path: readonly string[], models: readonly Raw[]): Record<string, unknown> {
  const [key, ...rest] = path;
  if (key !== undefined) {
    const inner = Object.hasOwn(section, key) ? section[key] : undefined;
    return { ...section, [key]: withModels(isObject(inner) ? inner : {}, rest, models) };
  }
  const list: readonly unknown[] = Array.isArray(section.available_models) ? section.available_models : [];
  const merged = [...list];
  for (const model of models) {
    const index = merged.findIndex((candidate) => isObject(candidate) && candidate.name === model.name);
    if (index === -1) merged.push(model);
    else merged[index] = overlay(merged[index], model);
  }
  return { ...section, available_models: merged };
}
