import { exactLine } from "../terminal/exact-text.ts";
import { type Action, isHidden } from "./action.ts";
import { commandPrefix } from "./command-prefix.ts";

/** What a person can allow for more than one call. */
export type Scope =
  /** Exactly this command, byte for byte. */
  | { readonly kind: "command"; readonly value: string }
  /** A program and its subcommand, with arguments that were reviewed. */
  | { readonly kind: "prefix"; readonly value: string }
  /** Exactly this file. */
  | { readonly kind: "file"; readonly value: string }
  /** All files but hidden ones, until the conversation ends. */
  | { readonly kind: "files" };

/** A scope that a question offers. */
export interface Offer {
  readonly key: string;
  readonly scope: Scope;
}

/** The scopes that a person can choose for a call. None for what no rule covers. */
export function offersFor(action: Action | undefined): readonly Offer[] {
  if (action === undefined) return [];
  if (action.type === "command") {
    const prefix = commandPrefix(action.command);
    const exact: Offer = { key: "e", scope: { kind: "command", value: action.command } };
    return prefix === undefined ? [exact] : [exact, { key: "p", scope: { kind: "prefix", value: prefix } }];
  }
  const exact: Offer = { key: "f", scope: { kind: "file", value: action.path } };
  return isHidden(action.path) ? [exact] : [exact, { key: "s", scope: { kind: "files" } }];
}

/** Whether a scope covers a call. The tool is compared apart from this. */
export function scopeCovers(scope: Scope, action: Action | undefined): boolean {
  if (action === undefined) return false;
  if (action.type === "command") {
    if (scope.kind === "command") return scope.value === action.command;
    return scope.kind === "prefix" && scope.value === commandPrefix(action.command);
  }
  return scope.kind === "file" ? scope.value === action.path : scope.kind === "files" && !isHidden(action.path);
}

/** A scope in words, in one line. */
export function scopeWords(scope: Scope): string {
  switch (scope.kind) {
    case "command":
      return `exactly ${exactLine(scope.value)}`;
    case "prefix":
      return `${exactLine(scope.value)} with any reviewed options`;
    case "file":
      return `exactly ${exactLine(scope.value)}`;
    case "files":
      return "every file that is not hidden";
  }
}
