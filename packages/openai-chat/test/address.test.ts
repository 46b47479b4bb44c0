import { addressProblem } from "@waygate/openai-chat";
import { describe, expect, it } from "vitest";

describe("an address", () => {
  it.each([
    "https://host/v1",
    "https://host:8443/v1?api-version=1",
    "http://localhost:11434/v1",
    "http://127.0.0.1:8080",
    "http://[::1]:8080/v1",
    "http://192.168.1.20:8000/v1",
    "http://10.0.0.3/v1",
    "http://172.16.4.4/v1",
    "http://ollama:11434/v1",
    "http://gpu.local/v1",
  ])("may be %s", (address) => expect(addressProblem(address)).toBeUndefined());

  it.each([
    ["http://host.example.com/v1", "must begin with https://: http:// is for this machine and private networks only"],
    ["http://8.8.8.8/v1", "must begin with https://: http:// is for this machine and private networks only"],
    ["http://10.example.com/v1", "must begin with https://: http:// is for this machine and private networks only"],
    ["http://172.32.0.1/v1", "must begin with https://: http:// is for this machine and private networks only"],
    ["http://[2001:db8::1]/v1", "must begin with https://: http:// is for this machine and private networks only"],
    ["ftp://host/v1", "must begin with https://, not ftp://"],
    ["https://me:secret@host/v1", "must not hold a user name or a password"],
    ["host/v1", "is not a URL, such as https://host/v1"],
  ])("must not be %s", (address, problem) => expect(addressProblem(address)).toBe(problem));
});
