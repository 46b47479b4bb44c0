import { describeMatrix } from "./matrix.ts";

describeMatrix("openai-compatible");
