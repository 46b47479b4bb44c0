import type { HostOptions } from "../host-options.ts";
import type { CredentialStore } from "./credential-store.ts";
import { fileStore } from "./file-store.ts";
import { keychainStore } from "./keychain-store.ts";
import { memoryStore } from "./memory-store.ts";
import { rememberingStore } from "./remembering-store.ts";

type Kind = "keychain" | "file" | "memory";

/** Finds the store that program and settings ask for. The same one each time, so that it keeps what it knows. */
export class StoreChoice {
  readonly #wanted: HostOptions["store"];
  readonly #keyFile: string;
  readonly #stores = new Map<string, CredentialStore>();

  constructor(wanted: HostOptions["store"], keyFile: string) {
    this.#wanted = wanted;
    this.#keyFile = keyFile;
  }

  /** What the program asks for goes before what the settings say. */
  current(fromSettings: "keychain" | "file" | undefined): CredentialStore {
    const wanted = this.#wanted ?? fromSettings ?? "keychain";
    const name = typeof wanted === "string" ? wanted : "own";
    let store = this.#stores.get(name);
    if (store === undefined) {
      store = rememberingStore(typeof wanted === "string" ? this.#make(wanted) : wanted);
      this.#stores.set(name, store);
    }
    return store;
  }

  #make(kind: Kind): CredentialStore {
    if (kind === "memory") return memoryStore();
    return kind === "file" ? fileStore(this.#keyFile) : keychainStore();
  }
}
