import { describe, expect, it } from "vitest";
import { addressProblem } from "./address-problem.ts";

const encrypted = "must begin with https://: ";

describe("an address", () => {
  it.each([
    "https://host/v1",
    "https://host:8443/v1?api-version=1",
    "https://169.254.169.254/v1",
    "http://localhost:11434/v1",
    "http://models.localhost/v1",
    "http://127.0.0.1:8080",
    "http://127.1/v1",
    "http://0x7f000001/v1",
    "http://[::1]:8080/v1",
    "http://[::ffff:127.0.0.1]/v1",
    "http://192.168.1.20:8000/v1",
    "http://10.0.0.3/v1",
    "http://172.16.4.4/v1",
    "http://[::ffff:10.0.0.3]/v1",
    "http://[fd12::1]/v1",
    "http://gpu.local/v1",
    "http://host.docker.internal:8080/v1",
  ])("may be %s", (address) => expect(addressProblem(address)).toBeUndefined());

  const common = `${encrypted}http:// is for this machine and private networks only`;
  it.each([
    ["http://host.example.com/v1", common],
    ["http://8.8.8.8/v1", common],
    ["http://10.example.com/v1", common],
    ["http://172.32.0.1/v1", common],
    ["http://0.0.0.0/v1", common],
    ["http://134744072/v1", common],
    ["http://[2001:db8::1]/v1", common],
    ["http://[::ffff:8.8.8.8]/v1", common],
    ["ftp://host/v1", "must begin with https://, not ftp://"],
    ["https://me:secret@host/v1", "must not hold a user name or a password"],
    ["host/v1", "is not a URL, such as https://host/v1"],
  ])("must not be %s", (address, problem) => expect(addressProblem(address)).toBe(problem));

  it.each([
    "http://169.254.169.254/latest",
    "http://169.254.170.2/v2",
    "http://2852039166/latest",
    "http://0xa9fea9fe/latest",
    "http://0251.0376.0251.0376/latest",
    "http://169.16689662/latest",
    "http://[fe80::1]/v1",
    "http://[febf::1]/v1",
    "http://[::ffff:169.254.169.254]/latest",
    "http://[0:0:0:0:0:ffff:a9fe:a9fe]/latest",
  ])("must not be link-local: %s", (address) => {
    expect(addressProblem(address)).toContain(`${encrypted}link-local addresses are not private`);
    expect(addressProblem(address, { oneLabelNames: true })).toContain("link-local");
  });

  it.each(["http://ollama:11434/v1", "http://OLLAMA/v1", "http://ollama./v1", "http://intranet"])(
    "must not be a name of one label, which may lead anywhere, unless that is allowed: %s",
    (address) => {
      expect(addressProblem(address)).toMatch(
        /may lead out of the private network\. Use https:\/\/, or the IP address/,
      );
      expect(addressProblem(address, { hint: "Set it." })).toMatch(/private network\. Set it\.$/);
      expect(addressProblem(address, { oneLabelNames: true })).toBeUndefined();
    },
  );

  it("may be no more where names of one label are allowed", () => {
    expect(addressProblem("http://host.example.com/v1", { oneLabelNames: true })).toBe(common);
    expect(addressProblem("http://8.8.8.8", { oneLabelNames: true })).toBe(common);
  });
});
