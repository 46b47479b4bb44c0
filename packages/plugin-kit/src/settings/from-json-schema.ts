/** The type of the values that a JSON Schema describes, once their defaults are filled in. */
export type FromJsonSchema<Schema> = Schema extends { readonly const: infer Value }
  ? Value
  : Schema extends { readonly enum: readonly (infer Value)[] }
    ? Value
    : Schema extends { readonly type: infer Type }
      ? OfType<Type, Schema>
      : unknown;

type OfType<Type, Schema> = Type extends readonly (infer Each)[]
  ? OfType<Each, Schema>
  : Type extends keyof Plain
    ? Plain[Type]
    : Type extends "array"
      ? readonly (Schema extends { readonly items: infer Items } ? FromJsonSchema<Items> : unknown)[]
      : Type extends "object"
        ? OfObject<Schema>
        : unknown;

interface Plain {
  readonly string: string;
  readonly number: number;
  readonly integer: number;
  readonly boolean: boolean;
  readonly null: null;
}

type OfObject<Schema> = Schema extends { readonly properties: infer Properties }
  ? Flat<
      { readonly [Key in Present<Schema, Properties>]: FromJsonSchema<Properties[Key]> } & {
        readonly [Key in Exclude<keyof Properties, Present<Schema, Properties>>]?: FromJsonSchema<Properties[Key]>;
      }
    >
  : Schema extends { readonly additionalProperties: infer Rest }
    ? { readonly [key: string]: FromJsonSchema<Rest> }
    : { readonly [key: string]: unknown };

/** The keys that are always there: those that are required, and those that have a default. */
type Present<Schema, Properties> = {
  readonly [Key in keyof Properties]: Properties[Key] extends { readonly default: unknown }
    ? Key
    : Schema extends { readonly required: readonly (infer Required)[] }
      ? Key extends Required
        ? Key
        : never
      : never;
}[keyof Properties];

/** The same type, written as one object. */
type Flat<Type> = { readonly [Key in keyof Type]: Type[Key] };
