/** A text of headings, tables and figures as Markdown or as one HTML page. Whatever a person wrote in it stays text. */

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
  | { readonly kind: 'heading'; readonly level: 1 | 2; readonly line: Line }
  | { readonly kind: 'paragraph'; readonly line: Line }
  /** What somebody wrote, with its own lines. */
  | { readonly kind: 'quote'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Line[] }
  /** The first column names the rows. */
  | { readonly kind: 'table'; readonly head: readonly Line[]; readonly rows: readonly (readonly Line[])[] }
  | Figure;

/** Where the figures are: in files of their own beside the text, or left out. */
export type Figures = 'files' | 'none';

export function toMarkdown(blocks: readonly Block[], figures: Figures): string {
  const parts = blocks.flatMap((block) => (block.kind === 'figure' && figures === 'none' ? [] : [markdownOf(block)]));
  return `${parts.join('\n\n')}\n`;
}

function markdownOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${markdownLine(block.line)}`;
    case 'paragraph':
      return begun(markdownLine(block.line));
    case 'quote':
      return block.text.split('\n').map((line) => `> ${begun(markdownText(line))}`.trimEnd()).join('\n');
    case 'list':
      return block.items.map((item) => `- ${begun(markdownLine(item))}`).join('\n');
    case 'table': {
      const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
      const written = (cells: readonly Line[]): string => row(cells.map(markdownLine));
      return [written(block.head), row(block.head.map((_, i) => (i === 0 ? ':--' : '--:'))), ...block.rows.map(written)].join('\n');
    }
    case 'figure':
      return `![${markdownText(block.title)}](${encodeURIComponent(block.name)}.svg)`;
  }
}

function markdownLine(line: Line): string {
  return typeof line === 'string' ? markdownText(line) : line.map(markdownPiece).join('');
}

function markdownPiece(piece: Piece): string {
  if (typeof piece === 'string') return markdownText(piece);
  if ('strong' in piece) return `**${markdownText(piece.strong).trim()}**`;
  if ('code' in piece) return `\`${piece.code.replaceAll('`', "'").replaceAll('|', '\\|')}\``;
  return `[${markdownText(piece.text)}](${piece.href.replaceAll('(', '%28').replaceAll(')', '%29')})`;
}

/** Without signs that mean something within a line. */
function markdownText(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<|~$]|&(?=#?\w+;)/g, '\\$&');
}

/** Without those that mean something at its beginning. */
function begun(line: string): string {
  return line.trim().replace(/^(?=#{1,6}( |$)|[-+] |>|(=+|-+)$)/, '\\').replace(/^(\d+)(?=[.)]( |$))/, '$1\\');
}

/** A page of its own that needs nothing beside it. */
export function toHtml(blocks: readonly Block[], title: string, language: string): string {
  return `<!doctype html>
<html lang="${htmlText(language)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlText(title)}</title>
<style>
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; color: #1b2430; background: #fff; overflow-wrap: break-word }
table { border-collapse: collapse } th, td { padding: .25rem .6rem; border: 1px solid #c9d1da; text-align: right; font-variant-numeric: tabular-nums }
th:first-child, td:first-child { text-align: left } blockquote { margin: 1rem 0; padding-left: 1rem; border-left: 3px solid #c9d1da }
figure { margin: 1.5rem 0 } figcaption { font-weight: 600 } svg { max-width: 100%; height: auto }
</style>
${blocks.map(htmlOf).join('\n')}
</html>
`;
}

function htmlOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${htmlLine(block.line)}</h${block.level}>`;
    case 'paragraph':
      return `<p>${htmlLine(block.line)}</p>`;
    case 'quote':
      return `<blockquote>${block.text.split('\n').map(htmlText).join('<br>')}</blockquote>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${htmlLine(item)}</li>`).join('')}</ul>`;
    case 'table': {
      const row = (cells: readonly Line[], tag: 'th' | 'td'): string => `<tr>${cells.map((cell) => `<${tag}>${htmlLine(cell)}</${tag}>`).join('')}</tr>`;
      return `<table><thead>${row(block.head, 'th')}</thead><tbody>${block.rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`;
    }
    case 'figure':
      return `<figure><figcaption>${htmlText(block.title)}</figcaption>${block.svg}</figure>`;
  }
}

function htmlLine(line: Line): string {
  return typeof line === 'string' ? htmlText(line) : line.map(htmlPiece).join('');
}

function htmlPiece(piece: Piece): string {
  if (typeof piece === 'string') return htmlText(piece);
  if ('strong' in piece) return `<strong>${htmlText(piece.strong)}</strong>`;
  if ('code' in piece) return `<code>${htmlText(piece.code)}</code>`;
  return `<a href="${htmlText(piece.href)}">${htmlText(piece.text)}</a>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function htmlText(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign]!);
}
