import { describeMatrix } from "./matrix.ts";

describeMatrix("vercel-ai-gateway");
