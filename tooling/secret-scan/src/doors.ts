import { watch } from "./watch.ts";

// Types of what is watched are not imported: these stand between a module and whoever imports it.
type Callable = (...args: never[]) => unknown;
type Watched = Record<PropertyKey, unknown>;

/** Credentials that stand beside keys, and are none: they are told for good reason. */
const open = new Set(["access_key_id", "region", "profile", "endpoint"]);

/** The functions through which everything comes out of a package, and what is watched of each. */
export const doors = {
  /** Events, and what a run ends with. */
  run(run: Callable): Callable {
    return (...args) => {
      const running = run(...args) as Watched;
      look(running, "next", "a run's event");
      look(running, "result", "a run's result");
      return running;
    };
  },

  /** What gateways say: events, models, checks. */
  guard(guard: Callable): Callable {
    return (...args) => {
      const gateway = guard(...args) as Watched;
      look(gateway, "models", "a list of models");
      look(gateway, "check", "a gateway's check");
      const stream = gateway.stream as (request: unknown) => AsyncIterable<unknown>;
      gateway.stream = (request: unknown) => {
        const source = stream(request);
        return {
          [Symbol.asyncIterator]() {
            const iterator = source[Symbol.asyncIterator]() as unknown as Watched;
            look(iterator, "next", "a gateway's event");
            return iterator;
          },
        };
      };
      return gateway;
    };
  },

  /** Notices, and the state of gateways. The keys that it is given are learnt. */
  createRegistry(createRegistry: Callable): Callable {
    return (...args) => {
      const [options] = args as unknown as [Watched];
      const registry = (createRegistry as (options: unknown) => Watched)(withWatchedOptions(options));
      for (const name of ["gateways", "models", "select"]) look(registry, name, `registry.${name}()`);
      return registry;
    };
  },

  /** All that a host tells but the settings themselves, which are the person's own words. */
  createHost(createHost: Callable): Callable {
    return async (...args) => {
      const [options] = args as unknown as [Watched?];
      const host = await (createHost as (options: unknown) => Promise<Watched>)(withWatchedOptions(options ?? {}));
      for (const name of ["notices", "plugins", "diagnose", "setups", "schema", "gateways"])
        look(host, name, `host.${name}()`);
      const { credentials, models } = host as { credentials: Watched; models: Watched };
      for (const name of ["status", "list", "remove"]) look(credentials, name, `host.credentials.${name}()`);
      learnFirst(credentials, "set");
      for (const name of ["list", "search"]) look(models, name, `host.models.${name}()`);
      return host;
    };
  },
};

/** Looks at what a method returns, or what that comes to. Nothing is held up by it. */
function look(object: Watched, method: string, what: string): void {
  const original = object[method];
  if (typeof original !== "function") return;
  object[method] = function (this: unknown, ...args: unknown[]) {
    const returned: unknown = original.apply(this === object ? object : this, args);
    if (!(returned instanceof Promise)) return watch.scan(what, returned);
    // What it rejects with is an error, and those are all watched.
    returned.then(
      (value) => watch.scan(what, value),
      () => undefined,
    );
    return returned;
  };
}

/** The second argument of `set(gateway, key)` is a key from now on. */
function learnFirst(object: Watched, method: string): void {
  const original = object[method] as (...args: unknown[]) => Promise<unknown>;
  object[method] = (gateway: unknown, key: unknown, ...rest: unknown[]) => {
    if (typeof key === "string") watch.keys.learn(key);
    const returned = original.call(object, gateway, key, ...rest);
    returned.then(
      (value) => watch.scan(`host.credentials.${method}()`, value),
      () => undefined,
    );
    return returned;
  };
}

function withWatchedOptions(options: Watched): Watched {
  const { onNotice, credentials } = options;
  return {
    ...options,
    onNotice: (notice: unknown) => {
      watch.scan("a notice", notice);
      (onNotice as ((notice: unknown) => void) | undefined)?.(notice);
    },
    ...(typeof credentials === "function" && {
      credentials: (query: { readonly credential: { readonly id: string } }) => {
        const found: unknown = credentials(query);
        const learn = (key: unknown) => {
          if (typeof key === "string" && !open.has(query.credential.id)) watch.keys.learn(key);
        };
        if (found instanceof Promise) found.then(learn, () => undefined);
        else learn(found);
        return found;
      },
    }),
  };
}
