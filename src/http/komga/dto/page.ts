import { z } from 'zod';
import { contentParts } from '../../reply';

const sortDto = z.object({ empty: z.boolean(), sorted: z.boolean(), unsorted: z.boolean() });

/** Spring's page object, whole: clients decode all of it. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    content: z.array(item),
    pageable: z.object({
      pageNumber: z.number().int(),
      pageSize: z.number().int(),
      sort: sortDto,
      offset: z.number().int(),
      paged: z.boolean(),
      unpaged: z.boolean(),
    }),
    totalElements: z.number().int(),
    totalPages: z.number().int(),
    last: z.boolean(),
    first: z.boolean(),
    size: z.number().int(),
    number: z.number().int(),
    sort: sortDto,
    numberOfElements: z.number().int(),
    empty: z.boolean(),
  });

export interface PageFacts {
  total: number;
  /** Zero-based. */
  page: number;
  size: number;
  sorted: boolean;
}

/** An unpaged answer has the shape of a page of `max(total, 20)` (Komga). */
export function page<T>(content: T[], { total, page: number, size, sorted }: PageFacts) {
  const sort = { empty: !sorted, sorted, unsorted: !sorted };
  const totalPages = Math.ceil(total / size);
  return {
    content,
    pageable: { pageNumber: number, pageSize: size, sort, offset: number * size, paged: true, unpaged: false },
    totalElements: total,
    totalPages,
    last: number + 1 >= totalPages,
    first: number === 0,
    size,
    number,
    sort,
    numberOfElements: content.length,
    empty: content.length === 0,
  };
}

interface Rows<R> extends PageFacts {
  rows: R[];
  parts?: AsyncIterable<R[]>;
}

async function* presentedParts<R, T>(parts: AsyncIterable<R[]>, present: (row: R) => T): AsyncGenerator<T[]> {
  for await (const rows of parts) yield rows.map(present);
}

/** A list as it was found: whole, or, if it is too long to be held, with its content still to come (reply.ts). */
export function listPage<R, T>({ rows, parts, ...facts }: Rows<R>, present: (row: R) => T) {
  if (!parts) return page(rows.map(present), facts);
  const long = { ...page<T>([], facts), numberOfElements: facts.total, empty: false };
  return { ...long, [contentParts]: presentedParts(parts, present) };
}
