/** A text of headings, tables and figures, to be written as Markdown or as an HTML page. */

/** A part of a line: as it is, or set apart. */
export type Piece = string | { readonly strong: string } | { readonly code: string } | { readonly text: string; readonly href: string };
export type Line = string | readonly Piece[];

export interface Figure {
  readonly kind: 'figure';
  /** Of its file, without an extension. */
  readonly name: string;
  readonly title: string;
  readonly svg: string;
}

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly line: Line }
  | { readonly kind: 'paragraph'; readonly line: Line }
  /** What somebody wrote, with its own lines, and what of, where that has to be said. */
  | { readonly kind: 'quote'; readonly text: string; readonly of?: string }
  | { readonly kind: 'list'; readonly items: readonly Line[] }
  /** The first column names the rows. */
  | { readonly kind: 'table'; readonly head: readonly Line[]; readonly rows: readonly (readonly Line[])[] }
  | Figure;
