import type { z } from 'zod';
import type { BookEdit, SeriesEdit } from '../../library/edit-metadata';
import { bookFields, seriesFields, type bookChangesBody, type seriesChangesBody } from './dto/metadata-changes';
import { given } from './given';

/** null clears a list. */
const cleared = <T>(list: T[] | null | undefined): T[] | undefined => (list === null ? [] : list);

function locksIn<const F extends string>(
  fields: readonly F[],
  body: { [K in `${F}Lock`]?: boolean | null | undefined },
): { [K in F]?: boolean } {
  const locks = fields.flatMap((field) => {
    const lock: boolean | null | undefined = body[`${field}Lock`];
    return typeof lock === 'boolean' ? [[field, lock] as const] : [];
  });
  return Object.fromEntries(locks) as { [K in F]?: boolean };
}

export function seriesEditFrom(body: z.output<typeof seriesChangesBody>): SeriesEdit {
  return {
    values: given({
      status: body.status ?? undefined,
      title: body.title ?? undefined,
      titleSort: body.titleSort ?? undefined,
      summary: body.summary ?? undefined,
      readingDirection: body.readingDirection,
      publisher: body.publisher ?? undefined,
      ageRating: body.ageRating,
      language: body.language ?? undefined,
      genres: cleared(body.genres),
      tags: cleared(body.tags),
      totalBookCount: body.totalBookCount,
      sharingLabels: cleared(body.sharingLabels),
      links: cleared(body.links),
      alternateTitles: cleared(body.alternateTitles),
    }),
    locks: locksIn(seriesFields, body),
  };
}

export function bookEditFrom(body: z.output<typeof bookChangesBody>): BookEdit {
  return {
    values: given({
      title: body.title ?? undefined,
      summary: body.summary === null ? '' : body.summary,
      number: body.number ?? undefined,
      numberSort: body.numberSort ?? undefined,
      releaseDate: body.releaseDate,
      authors: cleared(body.authors),
      tags: cleared(body.tags),
      isbn: body.isbn === null ? '' : body.isbn,
      links: cleared(body.links),
    }),
    locks: locksIn(bookFields, body),
  };
}
