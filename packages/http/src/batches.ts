export { batches, type Opened, type Reading } from "@waygate/core/plugin";
