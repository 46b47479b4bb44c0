import { watch } from "./watch.ts";

const classes = ["Error", "TypeError", "RangeError", "SyntaxError", "AggregateError", "DOMException"] as const;

/**
 * Keeps every error that is made from now on, by whatever class that is defined from now on: there is no other place
 * that all errors pass. To `instanceof`, and to whoever reads `Error.prototype`, nothing has changed.
 */
export function watchErrors(): void {
  const slots = globalThis as Record<string, unknown>;
  const { Error: NativeError } = globalThis;
  for (const name of classes) {
    const original = slots[name] as ErrorConstructor;
    const handler: ProxyHandler<ErrorConstructor> = {
      construct(target, args, newTarget) {
        return kept(Reflect.construct(target, args, newTarget === slots[name] ? target : newTarget), handler.construct);
      },
      apply: (target, _self, args) => kept(Reflect.construct(target, args), handler.apply),
    };
    slots[name] = new Proxy(original, handler);
  }

  function kept(error: object, made: ProxyHandler<ErrorConstructor>["construct" | "apply"]): object {
    watch.keep(error);
    // Where it was made is above this; a DOMException's stack is its own affair.
    if (made !== undefined && error instanceof NativeError && !(error instanceof DOMException)) {
      NativeError.captureStackTrace(error, made);
    }
    return error;
  }
}
