import { delimiter } from "node:path";
import { expect, it } from "vitest";
import { ownProgramEnvironment, programEnvironment } from "./program-environment.ts";

it("leaves out credentials, however their names are written", () => {
  const environment = {
    OPENROUTER_API_KEY: "sk-one",
    Local_Api_Key: "sk-two",
    OTHER: "seen",
    EMPTY: "",
    NONE: undefined,
  };
  expect(programEnvironment(environment, ["OPENROUTER_API_KEY", "LOCAL_API_KEY"])).toEqual({
    OTHER: "seen",
    EMPTY: "",
  });
});

it("leaves out what the AWS SDK takes for credentials, and nothing else of AWS", () => {
  const secrets = {
    AWS_ACCESS_KEY_ID: "x",
    AWS_SECRET_ACCESS_KEY: "x",
    AWS_SESSION_TOKEN: "x",
    AWS_SECURITY_TOKEN: "x",
    AWS_BEARER_TOKEN_BEDROCK: "x",
    AWS_CONTAINER_AUTHORIZATION_TOKEN: "x",
    aws_secret_access_key: "x",
  };
  const others = {
    AWS_PROFILE: "work",
    AWS_REGION: "eu-west-1",
    AWS_CA_BUNDLE: "/a",
    AWS_WEB_IDENTITY_TOKEN_FILE: "/b",
  };
  expect(programEnvironment({ ...secrets, ...others }, [])).toEqual(others);
});

it.each([
  ["http://user:password@proxy.example:8080", "http://proxy.example:8080"],
  ["https://user:p%40ss@proxy.example/", "https://proxy.example/"],
  ["http://user:p@ss/w#rd?@proxy.example:8080", "http://proxy.example:8080"],
  ["socks5h://user:password@[::1]:1080", "socks5h://[::1]:1080"],
  ["user:password@proxy.example:8080", "proxy.example:8080"],
  ["//token@proxy.example", "//proxy.example"],
  ["HTTP://token@proxy.example", "HTTP://proxy.example"],
  ["http://user:pass\nword@proxy.example", "http://proxy.example"],
  ["http://proxy.example:8080", "http://proxy.example:8080"],
  ["proxy.example:8080", "proxy.example:8080"],
  ["", ""],
])("takes the user out of the proxy %j", (value, left) => {
  for (const name of [
    "HTTP_PROXY",
    "https_proxy",
    "All_Proxy",
    "ftp_proxy",
    "npm_config_https_proxy",
    "npm_config_proxy",
  ]) {
    expect(programEnvironment({ [name]: value }, [])).toEqual({ [name]: left });
  }
});

it("leaves what is not a proxy alone", () => {
  const environment = { NO_PROXY: "localhost,.example", EMAIL: "me@example.com", PROXY_HOST: "a@b" };
  expect(programEnvironment(environment, [])).toEqual(environment);
});

it("takes what a folder could provide off the search path of a person's own programs", () => {
  const path = [
    "/work/node_modules/.bin",
    ".",
    "",
    "bin",
    "../bin",
    "/usr/bin",
    "/home/me/.local/bin",
    "/x/node_modules/.bin/",
  ];
  expect(ownProgramEnvironment({ PATH: path.join(delimiter), A: "b" }, [])).toEqual({
    PATH: ["/usr/bin", "/home/me/.local/bin"].join(delimiter),
    A: "b",
  });
  expect(programEnvironment({ PATH: path.join(delimiter) }, [])).toEqual({ PATH: path.join(delimiter) });
});
