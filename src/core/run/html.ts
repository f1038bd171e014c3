import type { Block, Line, Piece } from './document.js';

/** A page of its own that needs nothing beside it. Whatever a person wrote stays text. */
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
figure { margin: 1.5rem 0 } svg { max-width: 100%; height: auto }
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
      return `<blockquote>${block.of === undefined ? '' : `${htmlPiece({ strong: block.of })}: `}${block.text.split('\n').map(htmlText).join('<br>')}</blockquote>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${htmlLine(item)}</li>`).join('')}</ul>`;
    case 'table': {
      const row = (cells: readonly Line[], tag: 'th' | 'td'): string => `<tr>${cells.map((cell) => `<${tag}>${htmlLine(cell)}</${tag}>`).join('')}</tr>`;
      return `<table><thead>${row(block.head, 'th')}</thead><tbody>${block.rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`;
    }
    case 'figure':
      return `<figure>${block.svg}</figure>`;
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
