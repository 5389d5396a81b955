import type { z } from 'zod';
import { publicId } from '../../../base/public-id';
import type { CollectionView, ReadListView } from '../../../search/find-lists';
import type { ReadListReadingSummary } from '../../../search/reading-summary';
import { instant } from '../../reply';
import type { collectionDto, readListDto } from '../dto/lists';
import type { tachiyomiReadListDto } from '../dto/progress';

export function presentCollection(row: CollectionView): z.input<typeof collectionDto> {
  return {
    id: publicId(row.id),
    name: row.name,
    ordered: row.ordered,
    seriesIds: row.seriesIds.map(publicId),
    createdDate: instant(row.createdAt),
    lastModifiedDate: instant(row.modifiedAt),
    filtered: row.filtered,
  };
}

export function presentReadList(row: ReadListView): z.input<typeof readListDto> {
  return {
    id: publicId(row.id),
    name: row.name,
    summary: row.summary,
    ordered: row.ordered,
    bookIds: row.bookIds.map(publicId),
    createdDate: instant(row.createdAt),
    lastModifiedDate: instant(row.modifiedAt),
    filtered: row.filtered,
  };
}

export function presentReadListSummary(summary: ReadListReadingSummary): z.input<typeof tachiyomiReadListDto> {
  return {
    booksCount: summary.bookCount,
    booksReadCount: summary.readCount,
    booksUnreadCount: summary.unreadCount,
    booksInProgressCount: summary.inProgressCount,
    lastReadContinuousIndex: summary.lastReadIndex,
  };
}
