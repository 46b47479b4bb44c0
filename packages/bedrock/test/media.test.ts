import type { FilePart, ImagePart, Message } from "@waygate/core";
import { describe, expect, it } from "vitest";
import { asking } from "./asking.ts";
import { claude } from "./open.ts";

const ask = asking();
const base64 = (hex: string) => Buffer.from(hex, "hex").toString("base64");
const png = base64("89504e470d0a1a0a00");
const webp = base64("52494646aabbccdd5745425056503820");

const image = (mediaType: string, data: string): ImagePart => ({
  type: "image",
  mediaType,
  source: { type: "base64", data },
});
const file = (mediaType: string, name?: string, data = "SGVsbG8="): FilePart => ({
  type: "file",
  mediaType,
  source: { type: "base64", data },
  ...(name !== undefined && { name }),
});

type Part = ImagePart | FilePart | { readonly type: "text"; readonly text: string };

async function contentFor(model: string, ...content: Part[]): Promise<unknown> {
  const { body } = await ask({ model, messages: [{ role: "user", content }] });
  return (body.messages as { content: unknown }[])[0]?.content;
}

const contentOf = (...parts: Part[]) => contentFor(`us.${claude}`, ...parts);
const nova = "us.amazon.nova-pro-v1:0";

describe("images", () => {
  it.each([
    ["image/png", png, "png"],
    ["image/jpeg", png, "png"],
    ["image/png", base64("ffd8ffe000"), "jpeg"],
    ["image/png", base64("474946383961"), "gif"],
    ["image/bmp", webp, "webp"],
    ["image/JPG", "AAAA", "jpeg"],
  ])("said to be %s go out as what their bytes say", async (mediaType, data, format) => {
    expect(await contentOf(image(mediaType, data))).toEqual([{ image: { format, source: { bytes: data } } }]);
  });

  it("go out in base64 of the one kind that AWS reads, however they were handed in", async () => {
    const bytes = Buffer.from("89504e470d0a1a0afbefff", "hex");
    const lines = bytes.toString("base64").replace(/.{4}/g, "$&\r\n");
    const expected = [{ image: { format: "png", source: { bytes: bytes.toString("base64") } } }];
    expect(await contentOf(image("image/png", lines))).toEqual(expected);
    expect(await contentOf(image("image/png", bytes.toString("base64url")))).toEqual(expected);
  });

  it("may be where AWS finds them, or in a data: address", async () => {
    const at = (url: string): ImagePart => ({ type: "image", mediaType: "image/png", source: { type: "url", url } });
    expect(await contentFor(nova, at("s3://bucket/a.png"), at(`data:image/png;base64,${png}`))).toEqual([
      { image: { format: "png", source: { s3Location: { uri: "s3://bucket/a.png" } } } },
      { image: { format: "png", source: { bytes: png } } },
    ]);
  });

  it.each([
    ["image/png", `data:image/jpeg;base64,${base64("ffd8ffe000")}`, "jpeg"],
    ["image/*", `data:image/jpeg;base64,${base64("ffd8ffe000")}`, "jpeg"],
    ["image/png", `DATA:image/png;BASE64,${png}`, "png"],
  ])("said to be %s in an address of data go out as what their bytes say: %s", async (mediaType, url, format) => {
    const bytes = url.slice(url.indexOf(",") + 1);
    expect(await contentOf({ type: "image", mediaType, source: { type: "url", url } })).toEqual([
      { image: { format, source: { bytes } } },
    ]);
  });

  it("of other formats and other places are refused before anything is sent", async () => {
    await expect(contentOf(image("image/bmp", "AAAA"))).rejects.toMatchObject({
      code: "unsupported",
      message: 'Gateway "amazon-bedrock" cannot send the image: Bedrock takes PNG, JPEG, GIF and WebP, not image/bmp.',
    });
    const web: ImagePart = {
      type: "image",
      mediaType: "image/png",
      source: { type: "url", url: "https://example.com/a.png" },
    };
    const refusal = 'Gateway "amazon-bedrock" cannot send the image: Bedrock fetches nothing from the web: ';
    await expect(contentFor(nova, web)).rejects.toMatchObject({
      code: "unsupported",
      message: `${refusal}hand in the bytes, or an s3:// address.`,
    });
    await expect(contentOf(web)).rejects.toMatchObject({ message: `${refusal}hand in the bytes.` });
  });

  it.each(["constructor", "toString", "__proto__"])(
    "of no format are refused, whatever their name: %s",
    async (type) => {
      const file = { type: "file", mediaType: type, source: { type: "base64", data: "AAAA" } } as const;
      for (const part of [image(type, "AAAA"), file]) {
        await expect(contentOf(part as ImagePart)).rejects.toMatchObject({ code: "unsupported" });
      }
    },
  );

  it.each(["", "\n", "!"])(
    "without a byte, such as a tool gives that failed to take one, go out as words: %j",
    async (data) => {
      await expect(contentOf(image("image/png", data))).rejects.toMatchObject({
        code: "unsupported",
        message: 'Gateway "amazon-bedrock" cannot send the image: There are no bytes in it.',
      });
      const call = { type: "tool-call", id: "c1", name: "look", arguments: "{}", status: "ok" } as const;
      const result = {
        type: "tool-result",
        id: "c1",
        name: "look",
        content: [image("image/png", data)],
        isError: false,
      } as const;
      const { body } = await ask({
        messages: [
          { role: "user", content: [{ type: "text", text: "Look" }] },
          { role: "assistant", content: [call] },
          { role: "tool", content: [result] },
        ],
      });
      expect((body.messages as { content: unknown[] }[])[2]?.content[0]).toMatchObject({
        toolResult: { content: [{ text: "[There was an image here, which you cannot read.]" }] },
      });
    },
  );

  it("of earlier turns that cannot be sent are replaced by words, with a notice", async () => {
    const messages: Message[] = [
      { role: "user", content: [image("image/bmp", "AAAA")] },
      { role: "assistant", content: [{ type: "text", text: "I see." }] },
      { role: "user", content: [{ type: "text", text: "Go on" }] },
    ];
    const { body, notices } = await ask({ messages });
    expect((body.messages as unknown[])[0]).toEqual({
      role: "user",
      content: [{ text: "[There was a part of the kind image here, which you cannot read.]" }],
    });
    expect(notices).toEqual([
      "media-dropped: An earlier image was replaced by a line of text: Bedrock takes PNG, JPEG, GIF and WebP, not image/bmp.",
    ]);
  });
});

describe("files", () => {
  it.each([
    ["application/pdf", "pdf"],
    ["text/csv", "csv"],
    ["application/msword", "doc"],
    ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"],
    ["application/vnd.ms-excel", "xls"],
    ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"],
    ["text/html", "html"],
    ["text/markdown; charset=utf-8", "md"],
    ["text/x-python", "txt"],
    ["application/json", "txt"],
  ])("of the type %s are documents of the format %s", async (mediaType, format) => {
    expect(await contentOf({ type: "text", text: "Read" }, file(mediaType, "notes"))).toEqual([
      { text: "Read" },
      { document: { format, name: "notes", source: { bytes: "SGVsbG8=" } } },
    ]);
  });

  it("have names that Bedrock takes, each once, and a word beside them", async () => {
    const content = (await contentOf(
      file("application/pdf", "Q3_report: résumé  (final).pdf"),
      file("application/pdf", "Q3 report r sum (final)"),
      file("application/pdf"),
    )) as { document?: { name: string }; text?: string }[];
    expect(content.map(({ document, text }) => document?.name ?? text)).toEqual([
      "Q3 report r sum (final)",
      "Q3 report r sum (final) 2",
      "Document",
      "See the document.",
    ]);
  });

  it("have names of single spaces, also where a long one is cut", async () => {
    const long = `${"a".repeat(179)} b`;
    const content = await contentOf(file("text/plain", long), file("text/plain", long));
    expect((content as { document?: { name: string } }[]).map(({ document }) => document?.name)).toEqual([
      "a".repeat(179),
      `${"a".repeat(179)} 2`,
      undefined,
    ]);
  });

  it("may be films and sounds", async () => {
    expect(await contentFor(nova, file("video/mp4"), file("audio/wav"))).toEqual([
      { video: { format: "mp4", source: { bytes: "SGVsbG8=" } } },
      { audio: { format: "wav", source: { bytes: "SGVsbG8=" } } },
    ]);
  });

  it("are cited where that is asked for", async () => {
    const messages: Message[] = [{ role: "user", content: [{ type: "text", text: "Read" }, file("text/plain", "a")] }];
    const { body } = await ask({ messages, gatewayOptions: { citations: true } });
    expect((body.messages as { content: unknown[] }[])[0]?.content[1]).toEqual({
      document: { format: "txt", name: "a", source: { bytes: "SGVsbG8=" }, citations: { enabled: true } },
    });
  });

  it("that Claude does not take are refused before anything is sent, and told in words where they are of earlier turns", async () => {
    const onS3: ImagePart = {
      type: "image",
      mediaType: "image/png",
      source: { type: "url", url: "s3://bucket/a.png" },
    };
    const cases = [
      [file("video/mp4"), "file: This model takes neither films nor sounds."],
      [file("audio/wav"), "file: This model takes neither films nor sounds."],
      [onS3, "image: This model takes bytes, and nothing from S3: hand them in."],
    ] as const;
    for (const [part, problem] of cases) {
      await expect(contentOf(part)).rejects.toMatchObject({
        code: "unsupported",
        message: `Gateway "amazon-bedrock" cannot send the ${problem}`,
      });
    }
    const { body } = await ask({
      messages: [
        { role: "user", content: [file("video/mp4"), onS3] },
        { role: "assistant", content: [{ type: "text", text: "I see." }] },
        { role: "user", content: [{ type: "text", text: "Go on" }] },
      ],
    });
    expect((body.messages as unknown[])[0]).toEqual({
      role: "user",
      content: [
        { text: "[There was a part of the kind file here, which you cannot read.]" },
        { text: "[There was a part of the kind image here, which you cannot read.]" },
      ],
    });
  });

  it("of other types are refused before anything is sent", async () => {
    await expect(contentOf(file("application/zip"))).rejects.toMatchObject({
      code: "unsupported",
      message: 'Gateway "amazon-bedrock" cannot send the file: Bedrock takes no files of the type application/zip.',
    });
  });
});
