import { z } from 'zod';
import { boolean, finite, wholeNumber } from '../../../search/condition-values';

export const progressBody = z.object({ page: wholeNumber.nullish(), completed: boolean.nullish() });

const counts = {
  booksCount: z.number().int(),
  booksReadCount: z.number().int(),
  booksUnreadCount: z.number().int(),
  booksInProgressCount: z.number().int(),
};

export const tachiyomiSeriesDto = z.object({
  ...counts,
  /** Number of the last book of the unbroken run of finished books from the first on; 0 when the first is not finished. */
  lastReadContinuousNumberSort: z.number(),
  maxNumberSort: z.number(),
});

export const tachiyomiSeriesBody = z.object({ lastBookNumberSortRead: finite });

export const tachiyomiReadListDto = z.object({ ...counts, lastReadContinuousIndex: z.number().int() });

export const tachiyomiReadListBody = z.object({
  lastBookRead: wholeNumber.refine((value) => value >= 0, 'must be greater than or equal to 0'),
});
