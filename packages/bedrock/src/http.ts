export { type Http, type HttpResponse, readAll } from "@waygate/http";
