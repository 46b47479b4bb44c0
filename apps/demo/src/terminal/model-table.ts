import { stripVTControlCharacters } from "node:util";
import type { FoundModel } from "@waygate/host";
import { cutLine } from "../tools/cut-line.ts";
import { modelFigures } from "./figures.ts";
import type { Output } from "./output.ts";
import { printableLine } from "./printable.ts";

const maxNameLength = 60;

/** One line for each model: `gateway:model`, its name, its figures. Favourites and `current` are marked. */
export function modelTable(found: readonly FoundModel[], output: Output, current?: string): readonly string[] {
  const pins = found.some(({ favorite }) => favorite);
  const rows = found.map(({ gateway, model, favorite }) => ({
    pin: !pins ? "" : favorite ? "★ " : "  ",
    id: printableLine(`${gateway}:${model.id}`),
    name: model.name === model.id ? "" : cutLine(printableLine(model.name), maxNameLength),
    figures: modelFigures(model),
  }));
  const idWidth = Math.max(0, ...rows.map(({ id }) => id.length));
  const nameWidth = Math.max(0, ...rows.map(({ name }) => name.length));
  return rows.map(({ id, pin, name, figures }) => {
    const mark = current === undefined ? "" : id === current ? `${output.style("green", "●")} ` : "  ";
    const details = `${name.padEnd(nameWidth)}${nameWidth === 0 ? "" : "  "}${figures}`.trimEnd();
    const start = `${mark}${id.padEnd(idWidth)}  ${pin}`;
    const room = output.width - stripVTControlCharacters(start).length - 1;
    const shown = output.terminal ? (room > 0 ? cutLine(details, room) : "") : details;
    return `${start}${output.style("dim", shown)}`.trimEnd();
  });
}
