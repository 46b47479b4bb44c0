import { describeMatrix } from "./matrix.ts";

describeMatrix("bedrock");
