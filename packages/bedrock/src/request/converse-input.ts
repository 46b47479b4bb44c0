import type * as sdk from "@aws-sdk/client-bedrock-runtime";

/** A part of the service's model as it stands in JSON: bytes are base64. */
type Json<Part> = Part extends Uint8Array
  ? string
  : Part extends readonly (infer Item)[]
    ? Json<Item>[]
    : Part extends object
      ? { [Key in keyof Part]: Json<Part[Key]> }
      : Part;

// The requests of Converse and ConverseStream, and what they are made of, in the types of the SDK.
export type ConverseInput = Json<sdk.ConverseStreamRequest>;
export type CachePointBlock = Json<sdk.CachePointBlock>;
export type ContentBlock = Json<sdk.ContentBlock>;
export type DocumentBlock = Json<sdk.DocumentBlock>;
export type GuardrailStreamConfiguration = Json<sdk.GuardrailStreamConfiguration>;
export type ImageBlock = Json<sdk.ImageBlock>;
export type InferenceConfiguration = Json<sdk.InferenceConfiguration>;
export type Message = Json<sdk.Message>;
export type SystemContentBlock = Json<sdk.SystemContentBlock>;
export type Tool = Json<sdk.Tool>;
export type ToolChoice = Json<sdk.ToolChoice>;
export type ToolConfiguration = Json<sdk.ToolConfiguration>;
export type ToolResultBlock = Json<sdk.ToolResultBlock>;
export type ToolResultContentBlock = Json<sdk.ToolResultContentBlock>;
