/** A condition of the list operations: one key per object, nested by allOf and anyOf. */
export type Condition = { allOf: Condition[] } | { anyOf: Condition[] } | Leaf;
type Leaf = { [key: string]: { operator: string; value?: string } };

export type ReadFilter = 'all' | 'unread' | 'reading' | 'read';

export interface Wanted {
  libraryId?: string;
  seriesId?: string;
  read?: ReadFilter;
  text?: string;
  /** Only books whose file was not opened since it was found or changed. */
  unopened?: boolean;
}

export interface ListBody {
  condition: Condition;
  fullTextSearch?: string;
}

const readStatus: Record<Exclude<ReadFilter, 'all'>, string> = {
  unread: 'UNREAD',
  reading: 'IN_PROGRESS',
  read: 'READ',
};

/** The body of `POST /series/list` and `/books/list` for what the screen asks; what has vanished from disk is left out. */
export function listBody(wanted: Wanted): ListBody {
  const allOf: Condition[] = [{ deleted: { operator: 'isFalse' } }];
  if (wanted.libraryId !== undefined) allOf.push({ libraryId: { operator: 'is', value: wanted.libraryId } });
  if (wanted.seriesId !== undefined) allOf.push({ seriesId: { operator: 'is', value: wanted.seriesId } });
  if (wanted.read !== undefined && wanted.read !== 'all') {
    allOf.push({ readStatus: { operator: 'is', value: readStatus[wanted.read] } });
  }
  if (wanted.unopened) {
    const is = (value: string) => ({ mediaStatus: { operator: 'is', value } });
    allOf.push({ anyOf: [is('UNKNOWN'), is('OUTDATED')] });
  }
  const text = wanted.text?.trim() ?? '';
  return text === '' ? { condition: { allOf } } : { condition: { allOf }, fullTextSearch: text };
}
