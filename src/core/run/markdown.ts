import type { Block, Line, Piece } from './document.js';

/** Where the figures are: in files of their own beside the text, or left out. */
export type Figures = 'files' | 'none';

/** Whatever a person wrote stays text: GitHub and the like show it as it is. */
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
      return block.text.split('\n').map((line, i) => `> ${i === 0 ? whose(block.of) : ''}${begun(markdownText(line))}`.trimEnd()).join('\n');
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

function whose(of: string | undefined): string {
  return of === undefined ? '' : `${markdownPiece({ strong: of })}: `;
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
