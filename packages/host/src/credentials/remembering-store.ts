import type { CredentialKey, CredentialStore } from "./credential-store.ts";

/** In milliseconds. Long enough for the look-ups of one request, short enough for a change made by another process. */
const answerAge = 1000;
/** A keychain that refuses may ask the person each time: not at each request. */
const failureAge = 30_000;

interface Memory {
  readonly answer: Promise<string | undefined>;
  until: number;
}

/** A store that is not asked again for what it has just said. */
export function rememberingStore(store: CredentialStore): CredentialStore {
  const memory = new Map<string, Memory>();
  const nameOf = ({ gateway, credential, address }: CredentialKey) => JSON.stringify([gateway, credential, address]);
  return {
    kind: store.kind,
    get(key) {
      const name = nameOf(key);
      const remembered = memory.get(name);
      if (remembered !== undefined && remembered.until > Date.now()) return remembered.answer;
      const fresh: Memory = { answer: store.get(key), until: Number.POSITIVE_INFINITY };
      memory.set(name, fresh);
      fresh.answer.then(
        () => {
          fresh.until = Date.now() + answerAge;
        },
        () => {
          fresh.until = Date.now() + failureAge;
        },
      );
      return fresh.answer;
    },
    async set(key, value) {
      try {
        await store.set(key, value);
      } finally {
        memory.clear();
      }
    },
    async delete(key) {
      try {
        return await store.delete(key);
      } finally {
        memory.clear();
      }
    },
    list: () => store.list(),
  };
}
