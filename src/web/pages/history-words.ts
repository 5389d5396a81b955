import type { HistoryEvent } from '../api/types';
import { sizeText } from '../parts/format';

/** An event for people: what happened, to which file, and what else is to be known. */
export interface Told {
  what: string;
  file: string;
  more: string;
}

const reasons: Record<string, string> = {
  'File was deleted by user request': 'Somebody asked for it',
  'File was deleted after conversion to CBZ': 'It is a CBZ now',
  'File was deleted to import an upgrade': 'A better file took its place',
  'Folder was deleted because it was empty': 'It was empty',
};

const nameOf = (path: string): string => path.split(/[/\\]/).pop() ?? path;
const extensionOf = (path: string): string => nameOf(path).split('.').pop() ?? '';

/** What an event says; kinds that are not known here are shown as they are. */
export function tell({ type, properties }: HistoryEvent): Told {
  const { name = '', reason = '', source = '', upgrade } = properties;
  const because = reasons[reason] ?? reason;
  if (type === 'BookFileDeleted') return { what: 'File deleted', file: name, more: because };
  if (type === 'SeriesFolderDeleted') return { what: 'Folder deleted', file: name, more: because };
  if (type === 'BookImported')
    return { what: upgrade === 'Yes' ? 'Better file imported' : 'File imported', file: name, more: `From ${source}` };
  if (type === 'BookConverted') return converted(name, properties['former file'] ?? '');
  if (type === 'DuplicatePageDeleted') return pageRemoved(name, properties);
  return { what: type, file: name, more: because };
}

/** The same kind stands for a file that was packed anew and for one whose name said another format. */
function converted(name: string, former: string): Told {
  const isPacked = extensionOf(name).toLowerCase() === 'cbz' && /^(?:cbr|rar)$/i.test(extensionOf(former));
  return { what: isPacked ? 'Packed as CBZ' : 'File renamed', file: name, more: `It was ${nameOf(former)}` };
}

function pageRemoved(file: string, properties: Record<string, string>): Told {
  const size = Number(properties['page file size']);
  const parts = [
    `Page ${properties['page number'] ?? '?'}`,
    properties['page file name'],
    Number.isFinite(size) ? sizeText(size) : '',
  ];
  return { what: 'Duplicate page removed', file, more: parts.filter(Boolean).join(', ') };
}
