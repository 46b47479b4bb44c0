import { formatNotice, type Notice } from "@waygate/host";
import { exactText } from "./terminal/exact-text.ts";
import type { Screen } from "./terminal/screen.ts";

/** Tells the person what is wrong or odd about settings, keys and gateways, with the place to mend it. */
export class Diagnostics {
  readonly #screen: Screen;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  notice(notice: Notice): void {
    // Whoever asks for such a model is told then, and nobody else needs it.
    if (notice.code === "unknown-provider") return;
    // Either it is about to be made, or nothing goes on without it.
    if (notice.code === "settings-missing") return;
    // Not awaited: it is written at once, and more than a pipe holds of it there never is.
    void this.#screen.interject(({ aside }) => aside.paragraph("warning: ", exactText(formatNotice(notice)), "yellow"));
  }
}
