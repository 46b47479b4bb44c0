import { getEventListeners } from "node:events";
import { isIPv4 } from "node:net";
import { loadUndici, openHttp, readAll } from "@waygate/http";
import { describe, expect, it } from "vitest";
import { ask, get, listen, next, post, text } from "./service.ts";

describe("a request", () => {
  it("arrives as it was put, over HTTP/1.1", async () => {
    await using service = await listen(async (request, response) => {
      const body = (await request.toArray()).join("");
      const { method, url, httpVersion, headers } = request;
      response.end(JSON.stringify({ method, url, httpVersion, body, own: headers["x-own"], host: headers.host }));
    });
    const http = openHttp();
    const url = new URL(`${service.origin}/path?query=1`);
    const headers = { "X-Own": "1", Host: "elsewhere.example", "Content-Length": "999" };
    const got = JSON.parse(await ask(http, { method: "POST", url, headers, body: "täxt" }));
    await http.close();
    const { host, ...rest } = got;
    expect(rest).toEqual({ method: "POST", url: "/path?query=1", httpVersion: "1.1", body: "täxt", own: "1" });
    expect(isIPv4(host.split(":")[0])).toBe(true);
  });

  it("is not sent to where an answer points", async () => {
    const asked: (string | undefined)[] = [];
    await using service = await listen((request, response) => {
      asked.push(request.url);
      response.writeHead(302, { location: "/else" }).end();
    });
    const http = openHttp();
    const { status, headers } = await http.send(get(service));
    await http.close();
    expect([status, headers.location, asked]).toEqual([302, "/else", ["/"]]);
  });

  it("that was given up beforehand is not sent", async () => {
    let asked = 0;
    await using service = await listen((_request, response) => {
      asked += 1;
      response.end();
    });
    const http = openHttp();
    await expect(http.send(get(service, { signal: AbortSignal.abort("no") }))).rejects.toBe("no");
    await ask(http, get(service));
    await http.close();
    expect(asked).toBe(1);
  });

  it("goes through the dispatcher that was handed in, and only there", async () => {
    await using service = await listen((_request, response) => response.end("Hi"));
    const { Agent } = await loadUndici();
    const agent = new Agent();
    const asked: unknown[] = [];
    const dispatcher = {
      dispatch(...[options, handler]: Parameters<typeof agent.dispatch>) {
        asked.push(options.origin);
        return agent.dispatch(options, handler);
      },
    };
    const http = openHttp({ dispatcher });
    expect(await ask(http, get(service))).toBe("Hi");
    await http.close();
    // It is the host's to close.
    expect(agent.closed).toBe(false);
    await agent.close();
    expect(asked).toEqual([service.origin]);
  });

  it("cannot go through what is no dispatcher", () => {
    expect(() => openHttp({ dispatcher: {} })).toThrow(TypeError);
    expect(() => openHttp({ dispatcher: {} })).toThrow(/"dispatcher".*undici/);
  });

  it("that cannot be sent at all is refused", async () => {
    await using service = await listen((_request, response) => response.end());
    const http = openHttp();
    const refused = http.send(get(service, { headers: { "x-own": "a\nb" } }));
    await expect(refused).rejects.toMatchObject({ code: "UND_ERR_INVALID_ARG" });
    await http.close();
  });
});

describe("an answer", () => {
  it("has its headers joined, and what came before them passed over", async () => {
    await using service = await listen((_request, response) => {
      response.writeEarlyHints({ link: "</style.css>; rel=preload" });
      response.writeHead(418, { "X-Several": ["a", "b"], "X-One": "c" }).end("short");
    });
    const http = openHttp();
    const response = await http.send(get(service));
    expect(response.status).toBe(418);
    expect(response.headers).toMatchObject({ "x-several": "a, b", "x-one": "c" });
    expect(await text(response)).toBe("short");
    expect(await next(response)).toBeUndefined();
    await http.close();
  });

  it("may be empty", async () => {
    await using service = await listen((_request, response) => response.writeHead(204).end());
    const http = openHttp();
    expect(await next(await http.send(get(service)))).toBeUndefined();
    await http.close();
  });

  it("is read as far as a limit goes", async () => {
    await using service = await listen((_request, response) => response.end("0123456789"));
    const http = openHttp();
    expect(String(await readAll(await http.send(get(service)), 4))).toBe("0123");
    expect(String(await readAll(await http.send(get(service)), 100))).toBe("0123456789");
    await http.close();
  });

  it("that breaks off is told after what came of it", async () => {
    await using service = await listen((_request, response) => {
      response.writeHead(200).write("begun", () => response.destroy());
    });
    const http = openHttp();
    const response = await http.send(post(service));
    expect(String(await next(response))).toBe("begun");
    await expect(next(response)).rejects.toMatchObject({ code: "UND_ERR_SOCKET" });
    await expect(next(response)).rejects.toMatchObject({ code: "UND_ERR_SOCKET" });
    await http.close();
  });
});

describe("an abort", () => {
  const reason = { why: "enough" };

  it("before the headers rejects with its reason, and closes the connection", async () => {
    const arrived = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    await using service = await listen((_request, response) => {
      response.once("close", () => closed.resolve());
      arrived.resolve();
    });
    const http = openHttp();
    const controller = new AbortController();
    const sent = http.send(post(service, { signal: controller.signal }));
    await arrived.promise;
    controller.abort(reason);
    await expect(sent).rejects.toBe(reason);
    await closed.promise;
    await http.close();
  });

  it("in the answer ends the read that waits, and closes the connection", async () => {
    const closed = Promise.withResolvers<void>();
    await using service = await listen((_request, response) => {
      response.once("close", () => closed.resolve());
      response.writeHead(200).write("begun");
    });
    const http = openHttp();
    const controller = new AbortController();
    const response = await http.send(post(service, { signal: controller.signal }));
    expect(String(await next(response))).toBe("begun");
    const waiting = next(response);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await closed.promise;
    await http.close();
  });

  it("comes too late for an answer that has ended, and leaves no listener behind", async () => {
    await using service = await listen((_request, response) => response.end("Hi"));
    const http = openHttp();
    const controller = new AbortController();
    const response = await http.send(get(service, { signal: controller.signal }));
    expect(await text(response)).toBe("Hi");
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    controller.abort(reason);
    expect(await next(response)).toBeUndefined();
    await http.close();
  });

  it.each(["cancel", "release"] as const)("has nobody to tell after %s()", async (way) => {
    await using service = await listen((_request, response) => void response.writeHead(200).write("begun"));
    const http = openHttp();
    const { signal } = new AbortController();
    const response = await http.send(get(service, { signal }));
    response[way]();
    expect(getEventListeners(signal, "abort")).toEqual([]);
    await http.close();
  });
});

describe("a reader that waits", () => {
  it("is told when the answer is cancelled", async () => {
    await using service = await listen((_request, response) => void response.writeHead(200).flushHeaders());
    const http = openHttp();
    const response = await http.send(get(service));
    const waiting = next(response);
    response.cancel();
    await expect(waiting).rejects.toThrow("not wanted");
    await http.close();
  });
});
