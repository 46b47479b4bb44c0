import type { FoundModel } from "@waygate/host";
import { columnsOf, cutColumns, padColumns } from "./columns.ts";
import { exactLine } from "./exact-text.ts";
import { modelFigures } from "./figures.ts";
import type { Output } from "./output.ts";

const maxNameWidth = 60;

/** One line for each model: `gateway:model`, its name, its figures. Favourites and `current` are marked. */
export function modelTable(found: readonly FoundModel[], output: Output, current?: string): readonly string[] {
  const pins = found.some(({ favorite }) => favorite);
  const rows = found.map(({ gateway, model, favorite }) => ({
    pin: !pins ? "" : favorite ? "★ " : "  ",
    id: exactLine(`${gateway}:${model.id}`),
    name: model.name === model.id ? "" : cutColumns(exactLine(model.name), maxNameWidth),
    figures: modelFigures(model),
  }));
  const idWidth = Math.max(0, ...rows.map(({ id }) => columnsOf(id)));
  const nameWidth = Math.max(0, ...rows.map(({ name }) => columnsOf(name)));
  return rows.map(({ id, pin, name, figures }) => {
    const mark = current === undefined ? "" : id === exactLine(current) ? `${output.style("green", "●")} ` : "  ";
    const details = `${padColumns(name, nameWidth)}${nameWidth === 0 ? "" : "  "}${figures}`.trimEnd();
    const start = `${mark}${padColumns(id, idWidth)}  ${pin}`;
    const room = output.width - columnsOf(start) - 1;
    const shown = output.terminal ? (room > 0 ? cutColumns(details, room) : "") : details;
    return `${start}${output.style("dim", shown)}`.trimEnd();
  });
}
